"""The words of the zodiac: signs, lunar mansions, their lords and traditional attributes."""

import math
from typing import Any, NamedTuple

PLANET_IDS = {
    "Sun": 0,
    "Moon": 1,
    "Mercury": 2,
    "Venus": 3,
    "Mars": 4,
    "Jupiter": 5,
    "Saturn": 6,
    "Uranus": 7,
    "Neptune": 8,
    "Pluto": 9,
    "Ascendant": 100,
    "Rahu": 101,
    "Ketu": 102,
}

VEDIC_NAMES = {
    "Sun": "Ravi",
    "Moon": "Chandra",
    "Mercury": "Budha",
    "Venus": "Shukra",
    "Mars": "Kuja",
    "Jupiter": "Guru",
    "Saturn": "Shani",
    "Rahu": "Rahu",
    "Ketu": "Ketu",
}

RASIS = (
    ("Mesha", "Mars"),
    ("Vrishabha", "Venus"),
    ("Mithuna", "Mercury"),
    ("Karka", "Moon"),
    ("Simha", "Sun"),
    ("Kanya", "Mercury"),
    ("Tula", "Venus"),
    ("Vrischika", "Mars"),
    ("Dhanu", "Jupiter"),
    ("Makara", "Saturn"),
    ("Kumbha", "Saturn"),
    ("Meena", "Jupiter"),
)

WESTERN_SIGNS = (
    *("Aries", "Taurus", "Gemini", "Cancer", "Leo", "Virgo"),
    *("Libra", "Scorpio", "Sagittarius", "Capricorn", "Aquarius", "Pisces"),
)

NAKSHATRA_LORDS = (
    *("Ketu", "Venus", "Sun", "Moon", "Mars"),
    *("Rahu", "Jupiter", "Saturn", "Mercury"),
)
"""The cycle of nine, three times round the zodiac."""

PADA_DEGREES = 360 / 108

BIRTH_STONES = {
    "Sun": "Ruby",
    "Moon": "Pearl",
    "Mercury": "Emerald",
    "Venus": "Diamond",
    "Mars": "Coral",
    "Jupiter": "Yellow Sapphire",
    "Saturn": "Blue Sapphire",
    "Rahu": "Hessonite",
    "Ketu": "Cat's Eye",
}

COLORS = {
    "Sun": "Gold",
    "Moon": "White",
    "Mercury": "Green",
    "Venus": "Light Blue",
    "Mars": "Red",
    "Jupiter": "Yellow",
    "Saturn": "Dark Blue",
    "Rahu": "Grey",
    "Ketu": "Brown",
}

DIRECTIONS = {"Deva": "East", "Manushya": "North", "Rakshasa": "South"}

ENEMY_ANIMALS = {
    "Horse": "Buffalo",
    "Elephant": "Lion",
    "Goat": "Monkey",
    "Serpent": "Mongoose",
    "Dog": "Deer",
    "Cat": "Rat",
    "Cow": "Tiger",
}


class Nakshatra(NamedTuple):
    """One lunar mansion and what tradition says of it; *syllables* of its four padas."""

    name: str
    deity: str
    ganam: str
    symbol: str
    animal: str
    gender: str
    nadi: str
    syllables: str


NAKSHATRAS = tuple(
    Nakshatra(*(cell.strip() for cell in row.split("|")))
    for row in """
Ashwini | Ashwini Kumaras | Deva | Horse's head | Horse | Male | Vata | Chu, Che, Cho, La
Bharani | Yama | Manushya | Yoni | Elephant | Male | Pitta | Li, Lu, Le, Lo
Krithika | Agni | Rakshasa | Knife | Goat | Female | Kapha | A, I, U, E
Rohini | Brahma | Manushya | Cart | Serpent | Male | Kapha | O, Va, Vi, Vu
Mrigashirsha | Soma | Deva | Deer's head | Serpent | Female | Pitta | Ve, Vo, Ka, Ki
Ardra | Rudra | Manushya | Teardrop | Dog | Female | Vata | Ku, Gha, Nga, Chha
Punarvasu | Aditi | Deva | Bow and quiver | Cat | Female | Vata | Ke, Ko, Ha, Hi
Pushya | Brihaspati | Deva | Cow's udder | Goat | Male | Pitta | Hu, He, Ho, Da
Ashlesha | Sarpa | Rakshasa | Serpent | Cat | Male | Kapha | Di, Du, De, Do
Magha | Pitris | Rakshasa | Throne | Rat | Male | Kapha | Ma, Mi, Mu, Me
Purva Phalguni | Bhaga | Manushya | Front legs of a bed | Rat | Female | Pitta | Mo, Ta, Ti, Tu
Uttara Phalguni | Aryaman | Manushya | Back legs of a bed | Cow | Male | Vata | Te, To, Pa, Pi
Hasta | Savitr | Deva | Hand | Buffalo | Female | Vata | Pu, Sha, Na, Tha
Chitra | Tvashtar | Rakshasa | Pearl | Tiger | Female | Pitta | Pe, Po, Ra, Ri
Swati | Vayu | Deva | Coral | Buffalo | Male | Kapha | Ru, Re, Ro, Ta
Vishaka | Indra and Agni | Rakshasa | Archway | Tiger | Male | Kapha | Ti, Tu, Te, To
Anuradha | Mitra | Deva | Lotus | Deer | Female | Pitta | Na, Ni, Nu, Ne
Jyeshta | Indra | Rakshasa | Earring | Deer | Male | Vata | No, Ya, Yi, Yu
Moola | Nirriti | Rakshasa | Bunch of roots | Dog | Male | Vata | Ye, Yo, Bha, Bhi
Purva Ashadha | Apas | Manushya | Fan | Monkey | Male | Pitta | Bhu, Dha, Pha, Da
Uttara Ashadha | Vishvadevas | Manushya | Tusk | Mongoose | Male | Kapha | Bhe, Bho, Ja, Ji
Shravana | Vishnu | Deva | Ear | Monkey | Female | Kapha | Ju, Je, Jo, Gha
Dhanishta | Vasus | Rakshasa | Drum | Lion | Female | Pitta | Ga, Gi, Gu, Ge
Shatabhisha | Varuna | Rakshasa | Circle | Horse | Female | Vata | Go, Sa, Si, Su
Purva Bhadrapada | Aja Ekapada | Manushya | Sword | Lion | Male | Vata | Se, So, Da, Di
Uttara Bhadrapada | Ahir Budhnya | Manushya | Twins | Cow | Female | Pitta | Du, Tha, Jha, Da
Revati | Pushan | Deva | Fish | Elephant | Female | Kapha | De, Do, Cha, Chi
""".strip().splitlines()
)


def lord(planet: str) -> dict[str, Any]:
    """A planet as the lord of a sign or mansion."""
    return {"id": PLANET_IDS[planet], "name": planet, "vedic_name": VEDIC_NAMES[planet]}


def rasi(longitude: float) -> dict[str, Any]:
    """The sign at a sidereal longitude."""
    number = int(longitude // 30)
    name, ruler = RASIS[number]
    return {"id": number, "name": name, "lord": lord(ruler)}


def nakshatra(longitude: float) -> dict[str, Any]:
    """The lunar mansion at a sidereal longitude, with its quarter (pada, 1 to 4)."""
    number, quarter = divmod(math.floor(longitude / PADA_DEGREES), 4)
    ruler = lord(NAKSHATRA_LORDS[number % 9])
    return {"id": number, "name": NAKSHATRAS[number].name, "lord": ruler, "pada": quarter + 1}


def attributes(number: int) -> dict[str, str]:
    """What tradition says of a lunar mansion (`additional_info`)."""
    mansion, ruler = NAKSHATRAS[number], NAKSHATRA_LORDS[number % 9]
    enemies = ENEMY_ANIMALS | {enemy: animal for animal, enemy in ENEMY_ANIMALS.items()}
    return {
        "deity": mansion.deity,
        "ganam": mansion.ganam,
        "symbol": mansion.symbol,
        "animal_sign": mansion.animal,
        "nadi": mansion.nadi,
        "color": COLORS[ruler],
        "best_direction": DIRECTIONS[mansion.ganam],
        "syllables": mansion.syllables,
        "birth_stone": BIRTH_STONES[ruler],
        "gender": mansion.gender,
        "planet": VEDIC_NAMES[ruler],
        "enemy_yoni": enemies[mansion.animal],
    }
