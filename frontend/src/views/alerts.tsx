import type { AlertPage } from "../api/types";
import { NotBuilt } from "../components/empty";
import { useResource } from "../state/details";

/** Alert rules are still to come; what the API answers is shown as it is. */
export function Alerts() {
  const fetched = useResource<AlertPage>("alerts");
  const answer = fetched.data ? ` The API lists ${fetched.data.total} alerts.` : fetched.problem ? ` (${fetched.problem})` : "";
  return <NotBuilt title="Alerts" what={`Alert rules, acknowledgement and silences are not built yet.${answer} What is wrong now is on the overview.`} />;
}
