import type { Alert } from "../api/types";
import { alertFigure, alertSign } from "../format/words";
import { hrefOf } from "../state/route";
import { Ago } from "./ago";
import { StateWord } from "./shape";

/** Alerts as rows, the latest first. */
export function AlertTable({ alerts }: { alerts: Alert[] }) {
  return (
    <div class="scroll"><table class="alerts">
      <thead>
        <tr><th>State</th><th>Integration</th><th class="wide">What</th><th class="number">Value</th><th class="number">Threshold</th><th>Since</th><th>Resolved</th></tr>
      </thead>
      <tbody>
        {alerts.map((alert) => <AlertRow key={alert.id} alert={alert} />)}
      </tbody>
    </table></div>
  );
}

function AlertRow({ alert }: { alert: Alert }) {
  return (
    <tr data-testid="alert-row" data-rule={alert.rule} data-state={alert.state}>
      <td><StateWord sign={alertSign(alert)} /></td>
      <td class="nowrap">{alert.integration === null ? <span class="note">all</span> : <a href={hrefOf("integrations", { id: alert.integration })}>{alert.integration}</a>}</td>
      <td class="wide">{alert.message}{alert.reason !== null && <span class="note"> · {alert.reason}</span>}</td>
      <td class="number nowrap">{alertFigure(alert.rule, alert.value)}</td>
      <td class="number nowrap">{alertFigure(alert.rule, alert.threshold)}</td>
      <td class="nowrap"><Ago at={alert.since} /></td>
      <td class="nowrap">{alert.resolved_at === null ? <span class="note">–</span> : <Ago at={alert.resolved_at} />}</td>
    </tr>
  );
}
