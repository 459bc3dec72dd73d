/** Stands where data will be; it appears only after 300 ms, so that a fast answer never flashes. */
export function Skeleton() {
  return (
    <div class="skeleton" aria-busy="true" aria-label="Loading">
      <i class="bone line" />
      <div class="cards">{[0, 1, 2].map((index) => <i key={index} class="bone block" />)}</div>
    </div>
  );
}
