// Which of our words tells what went wrong: the numbers are those of Twilio's SDK (its lib/twilio/errors), the names
// those that browsers give to faults of microphones (Media Capture and Streams, 10.3).
const BY_NUMBER = {
  20101: "token",
  20104: "token",
  20151: "token",
  31102: "token",
  31104: "token",
  31201: "token",
  31202: "token",
  31203: "token",
  31204: "token",
  31205: "token",
  31207: "token",
  31001: "setup",
  31002: "setup",
  31105: "setup",
  31404: "setup",
  31603: "setup",
  31003: "network",
  31005: "network",
  31009: "network",
  31480: "network",
  53000: "network",
  53001: "network",
  53400: "network",
  53402: "network",
  53405: "network",
  31206: "busy",
  31486: "busy",
  31208: "mic-denied",
  31401: "mic-denied",
  31402: "mic-missing",
};
const BY_NAME = {
  NotAllowedError: "mic-denied",
  PermissionDeniedError: "mic-denied",
  SecurityError: "mic-denied",
  NotFoundError: "mic-missing",
  NotReadableError: "mic-missing",
  OverconstrainedError: "mic-missing",
  NotSupportedError: "browser",
};

// What our own requests found out is told by `fault`.
export function faultOf(error) {
  return error?.fault ?? BY_NUMBER[error?.code] ?? BY_NAME[error?.name] ?? "unknown";
}

export function fault(name) {
  return Object.assign(new Error(name), { fault: name });
}
