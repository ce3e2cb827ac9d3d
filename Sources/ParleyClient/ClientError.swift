/// The server's "no": a code of its catalogue and the same for people.
public struct Refusal: Hashable, Sendable {
  /// The catalogue's word, such as `not_a_member`; it never changes its meaning.
  public var code: String
  /// The same for people, in a sentence that says what to do.
  public var text: String
  /// A free name like the one that was refused.
  public var freeName: String?
}

/// Why something could not be done.
public enum ClientError: Error, Hashable, Sendable {
  /// The server refused it; nothing was changed.
  case refused(Refusal)
  /// There is no connection to the server; the text says why.
  case unreachable(String)
  /// The server's certificate is not to be believed; the text says why.
  case notTrusted(String)
  /// A certificate that nothing is known about, with ``Security/pinned(fingerprint:)`` and nil.
  case unknownCertificate(fingerprint: String)
  /// Another certificate than the one whose fingerprint was given.
  case otherCertificate(expected: String, found: String)
  /// The connection was lost before the answer: it may have been done.
  ///
  /// Only where sending it again could do it twice; all else is sent again.
  case outcomeUnknown
  /// More than ``Bounds/requestsMax`` requests wait.
  case tooManyRequests
  /// The events must be taken while a request waits for its answer, which comes behind them.
  case eventsNotTaken
  /// The server said something that cannot be understood.
  case notUnderstood(String)
  /// The client is closed.
  case closed(String)
  /// The task that waited for the answer was cancelled; it may have been done.
  case cancelled
}

extension ClientError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .refused(let refusal): "\(refusal.text) (\(refusal.code))"
    case .unreachable(let why): "there is no connection: \(why)"
    case .notTrusted(let why): "the server's certificate is not to be trusted: \(why)"
    case .unknownCertificate(let fingerprint):
      "the server's certificate is not known; its SHA-256 fingerprint is \(fingerprint)"
    case .otherCertificate(let expected, let found):
      "the server's certificate is not the one that is known: its SHA-256 fingerprint is \(found), "
        + "not \(expected)"
    case .outcomeUnknown: "the connection was lost before the answer: it may have been done"
    case .tooManyRequests: "too many requests wait for their answers; wait for some of them"
    case .eventsNotTaken: "the events are not taken: read them while requests wait"
    case .notUnderstood(let what): "the server said what cannot be understood: \(what)"
    case .closed(let why): "the client is closed: \(why)"
    case .cancelled: "nobody waits for the answer any more: it may have been done"
    }
  }
}
