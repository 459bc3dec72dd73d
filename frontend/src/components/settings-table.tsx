/** A flat list of settings; lists and objects are shown as JSON. */
export function SettingsTable({ values }: { values: Record<string, unknown> }) {
  return (
    <table class="settings">
      <tbody>
        {Object.entries(values).map(([name, value]) => (
          <tr key={name}><th scope="row" class="mono">{name}</th><td class="mono">{typeof value === "string" ? value : JSON.stringify(value)}</td></tr>
        ))}
      </tbody>
    </table>
  );
}
