import NIOCore
import ParleyDoorKit
import ParleyModel

/// An error of JSON-RPC 2.0 (§5.1), with the catalogue's word for it.
struct RPCFault: Error, Hashable, Sendable {
  var code: Int
  /// The catalogue's.
  var word: String
  var message: String
  /// A free name like the one that was refused.
  var free: String?

  /// What every refusal of the catalogue has.
  static let refusedCode = -32000
  /// What is JSON and no request.
  static let invalidRequestCode = -32600

  private init(_ code: Int, _ word: String, _ message: String, free: String? = nil) {
    self.code = code
    self.word = word
    self.message = message
    self.free = free
  }

  static func notJSON(_ fault: JSONFault) -> Self {
    Self(-32700, Self.word(for: fault), Self.text(fault))
  }

  static func lineTooLong(bytesMax: Int) -> Self {
    Self(invalidRequestCode, "too_long", "a line has at most \(bytesMax) bytes")
  }

  static func invalidRequest(_ message: String) -> Self {
    Self(invalidRequestCode, "bad_arguments", message)
  }

  static func noSuchMethod(_ name: String) -> Self {
    Self(-32601, "bad_command", "there is no method \(NameRules.shown(name))")
  }

  /// What only reads, in a batch whose answers are long already.
  static let batchTooLong = Self(
    refusedCode, "too_long", "the answers of this batch are too long; ask for this by itself")

  static func invalidParams(_ message: String) -> Self {
    Self(-32602, "bad_arguments", message)
  }

  init(_ refusal: Refusal) {
    let text = RefusalText.explanation(refusal)
    switch refusal {
    case .badCommand(_, let nearest):
      self.init(-32601, refusal.code, text + (nearest.map { "; perhaps \($0)" } ?? ""))
    case .badArguments(let usage): self.init(-32602, refusal.code, usage)
    case .nameTaken(_, let free), .nameRegistered(_, let free):
      self.init(Self.refusedCode, refusal.code, text, free: free)
    case .badName, .badText, .tooLong, .badPassword, .notLoggedIn, .alreadyLoggedIn, .notAMember,
      .noCurrentRoom, .noSuchRoom, .noSuchName, .noSuchMessage, .messageRemoved, .roomIsPrivate,
      .banned, .muted, .notPermitted, .tooMany, .tooFast, .nonceReused, .storageUnavailable,
      .shuttingDown, .notAPost, .nobodyToAnswer, .alreadyInLobby, .passwordTooShort,
      .notRegistered, .alreadyRegistered, .registrationClosed, .accountNeeded, .noSuchAccount,
      .tooBusy, .scopeMissing, .noSuchToken, .noSuchInvite, .noCertificate, .notInClear, .slowMode,
      .noSuchStanding, .notInRoom:
      self.init(Self.refusedCode, refusal.code, text)
    }
  }

  private static func word(for fault: JSONFault) -> String {
    switch fault {
    case .notUTF8, .loneSurrogate: "bad_text"
    case .tooDeep, .numberTooLong, .tooManyMembers: "too_long"
    case .syntax, .endsEarly, .duplicateName: "bad_arguments"
    }
  }

  private static func text(_ fault: JSONFault) -> String {
    switch fault {
    case .syntax(let place): "this is not JSON, from byte \(place) on"
    case .endsEarly: "this is not all of a JSON text; one stands on one line"
    case .notUTF8(let place): "byte \(place) is not UTF-8"
    case .loneSurrogate(let place): "half of a surrogate pair stands alone at byte \(place)"
    case .tooDeep: "arrays and objects are at most \(JSONScanner.depthMax) deep"
    case .numberTooLong(let place):
      "the number at byte \(place) has more than \(JSONScanner.numberBytesMax) characters"
    case .duplicateName(let place): "the name at byte \(place) is in its object twice"
    case .tooManyMembers(let place):
      "there are more than \(JSONScanner.membersMax) members at byte \(place)"
    }
  }

  /// Appends the value of `error`.
  func write(into buffer: inout ByteBuffer) {
    buffer.writeObject { buffer in
      buffer.writeMember("code", self.code)
      buffer.writeMember("message", self.message)
      buffer.writeMember(
        "data",
        object: { buffer in
          buffer.writeMember("code", self.word)
          if let free = self.free { buffer.writeMember("free", free) }
        })
    }
  }
}
