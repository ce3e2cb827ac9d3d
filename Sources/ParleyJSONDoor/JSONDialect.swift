import DequeModule
package import NIOCore
package import ParleyDoorKit
package import ParleyModel

/// JSON-RPC 2.0 for one session: a request or a batch a line ⇄ commands and what is told.
///
/// https://www.jsonrpc.org/specification. A value on the event loop of its socket. It keeps an
/// unfinished line, and for each command on its way what its answer needs.
package struct JSONDialect: Dialect {
  package static let name = "json"

  /// Lines in a row that cannot be read, after which the session ends.
  static let faultyLinesMax = 20
  /// Requests of a batch; a larger one is refused as a whole.
  package static let batchMax = 64
  /// Bytes of a request's `id`, where it is a string, as it is written with its quotes; a longer
  /// one is refused.
  package static let idBytesMax = 128

  /// The codes that errors have.
  package static let errorCodes = [-32700, -32600, -32601, -32602, RPCFault.refusedCode]

  private var framer = JSONFramer()
  private var faultyLines = 0
  var isLeaving = false
  private var lastTag: UInt64 = 0
  /// What is to be answered, in the order of the commands.
  var expected: Deque<Expected> = []
  /// A session that is on its way in: its rooms are opening.
  var entrance: Entrance?
  /// The answers to a batch so far, and the bracket that they began with.
  var batch: ByteBuffer?
  var jsonPrinter = JSONPrinter(echoes: true)
  /// As the server knows it.
  var ownName = ""
  /// Whose session it is: names change, and messages keep those that they were sent under.
  private(set) var participant: ParticipantID?
  /// The SHA-256 digest of the connection's client certificate.
  private let certificate: [UInt8]?

  /// Without an `origin` there is no certificate.
  package init(origin: SessionOrigin? = nil) {
    self.certificate = origin?.certificateDigest
  }

  package var printer: any RoomPrinter { self.jsonPrinter }
  package var probes: Bool { true }

  package mutating func receive(_ bytes: inout ByteBuffer, into inbound: inout Inbound) {
    // Taken out, so that it and the rest can change at one time.
    var framer = JSONFramer()
    swap(&framer, &self.framer)
    if self.isLeaving {
      bytes.moveReaderIndex(to: bytes.writerIndex)
    } else {
      framer.forEachLine(in: &bytes) { frame, line in
        self.take(frame, line, into: &inbound)
        return !self.isLeaving && inbound.failure == nil
      }
    }
    self.framer = framer
  }

  package mutating func receiveEnd(into inbound: inout Inbound) {
    guard !self.isLeaving else { return }
    var framer = JSONFramer()
    swap(&framer, &self.framer)
    framer.end { frame, line in
      self.take(frame, line, into: &inbound)
      return true
    }
    guard !self.isLeaving else { return }
    self.isLeaving = true
    inbound.requests.append(Request(.quit(.connectionLost)))
  }

  package mutating func become(_ participant: ParticipantID) {
    self.participant = participant
  }

  private mutating func nextTag() -> RequestTag {
    self.lastTag += 1
    return RequestTag(self.lastTag)
  }

  // MARK: Lines

  private mutating func take(
    _ frame: JSONFramer.Frame, _ line: UnsafeRawBufferPointer, into inbound: inout Inbound
  ) {
    switch frame {
    case .tooLong:
      self.refuseLine(.lineTooLong(bytesMax: JSONFramer.lineBytesMax), into: &inbound)
    case .line:
      guard line.contains(where: { $0 > 0x20 }) else { return }
      if let fault = JSONScanner.fault(in: line) {
        return self.refuseLine(.notJSON(fault), into: &inbound)
      }
      self.faultyLines = 0
      let value = JSONValue(line)
      if value.kind == .array {
        self.takeBatch(value, into: &inbound)
      } else {
        self.takeRequest(value, inBatch: false, into: &inbound)
      }
    }
  }

  private mutating func refuseLine(_ fault: RPCFault, into inbound: inout Inbound) {
    self.faultyLines += 1
    if self.faultyLines >= Self.faultyLinesMax {
      inbound.failure = .garbage("\(Self.faultyLinesMax) lines in a row could not be read")
    } else {
      self.fail(fault, .none, inBatch: false, into: &inbound)
    }
  }

  private mutating func takeBatch(_ array: JSONValue, into inbound: inout Inbound) {
    var count = 0
    var elements = array.elements
    while elements.next() != nil { count += 1 }
    guard count > 0, count <= Self.batchMax else {
      let fault = RPCFault.invalidRequest("a batch has 1 to \(Self.batchMax) requests")
      return self.fail(fault, .none, inBatch: false, into: &inbound)
    }
    elements = array.elements
    while !self.isLeaving, let element = elements.next() {
      self.takeRequest(element, inBatch: true, into: &inbound)
    }
    guard !self.isLeaving else { return }
    self.expect(.endOfBatch, .none, inBatch: true, .local, into: &inbound)
  }

  // MARK: Requests

  private mutating func takeRequest(
    _ value: JSONValue, inBatch: Bool, into inbound: inout Inbound
  ) {
    var parts = RequestParts()
    do throws(RPCFault) {
      try parts.read(value)
      // An answer to the server's own request, which needs none.
      if parts.isResponse { return Self.count(into: &inbound) }
      try self.perform(parts, inBatch: inBatch, into: &inbound)
    } catch {
      // To a request without an id there is no answer, but to what is no request there is one.
      guard parts.id != .none || error.code == RPCFault.invalidRequestCode else {
        return Self.count(into: &inbound)
      }
      self.fail(error, parts.id, inBatch: inBatch, into: &inbound)
    }
  }

  /// Has something that is not answered counted as a command: it took as long to read.
  private static func count(into inbound: inout Inbound) {
    inbound.requests.append(Request(.local))
  }

  private mutating func perform(
    _ parts: RequestParts, inBatch: Bool, into inbound: inout Inbound
  ) throws(RPCFault) {
    guard let method = MethodTable.find(parts.method) else {
      throw .noSuchMethod(parts.method)
    }
    if let params = parts.params, params.kind != .object {
      throw .invalidParams("params is an object")
    }
    if let fault = JSONShape.fault(ofMembers: parts.params, method.params) {
      throw .invalidParams(fault)
    }
    let params = JSONParams(parts.params)
    let action: JSONAction
    do throws(Refusal) {
      action = try method.action(params)
    } catch {
      throw RPCFault(error)
    }
    switch action {
    case .command(let command):
      let command = self.withCertificate(command)
      if case .quit = command { self.isLeaving = true }
      if method.storesMessage {
        let nonce = params.string("nonce").map { Nonce($0) }
        guard parts.id != .none else {
          inbound.requests.append(Request(command, nonce: nonce))
          return
        }
        self.expect(.answer, parts.id, inBatch: inBatch, command, nonce, into: &inbound)
      } else {
        self.expect(.answer, parts.id, inBatch: inBatch, command, into: &inbound)
      }
    case .enter(let command, let wish, let comeback):
      self.expect(
        .entrance(wish), parts.id, inBatch: inBatch, self.withCertificate(command),
        comeback: comeback, into: &inbound)
    }
  }

  /// The command with the connection's certificate, where it is about one; without, it is refused
  /// as one that opens nothing.
  private func withCertificate(_ command: Command) -> Command {
    let digest = self.certificate ?? []
    if case .account(.loginByCertificate(digest: _, let autojoin)) = command {
      return .account(.loginByCertificate(digest: digest, autojoin: autojoin))
    }
    if case .account(.addCertificate) = command {
      return .account(.addCertificate(digest: digest))
    }
    return command
  }

  private mutating func fail(
    _ fault: RPCFault, _ id: JSONID, inBatch: Bool, into inbound: inout Inbound
  ) {
    let id = id == .none ? JSONID.null : id
    self.expect(.fault(fault), id, inBatch: inBatch, .local, into: &inbound)
  }

  mutating func expect(
    _ form: Expected.Form, _ id: JSONID, inBatch: Bool, _ command: Command, _ nonce: Nonce? = nil,
    comeback: Comeback? = nil, into inbound: inout Inbound
  ) {
    let tag = self.nextTag()
    var form = form
    if case .quit = command, case .answer = form { form = .end }
    self.expected.append(Expected(tag: tag, id: id, form: form, isInBatch: inBatch))
    inbound.requests.append(Request(command, tag: tag, nonce: nonce, comeback: comeback))
  }
}

/// What a command's answer needs.
struct Expected: Sendable {
  enum Form: Sendable {
    case answer
    /// The session's end, which is the answer.
    case end
    /// The welcome comes first; it is answered when the arrival is complete.
    indirect case entrance(Entrance.Wish)
    /// The door's own "no", in its place among the answers.
    indirect case fault(RPCFault)
    /// Words of the door's own, in their place among the answers.
    case words(String)
    /// The answers to a batch are complete.
    case endOfBatch
  }

  var tag: RequestTag
  var id: JSONID
  var form: Form
  var isInBatch: Bool

  var isEnd: Bool {
    if case .end = self.form { true } else { false }
  }
}

/// A session on its way in.
struct Entrance: Sendable {
  /// What was asked for.
  struct Wish: Hashable, Sendable {
    /// Nil leaves it as it is.
    var echoes: Bool?
    /// A guest's, as the client brought it.
    var token: String?
  }

  /// What is to be answered, and what was asked for.
  var expected: Expected
  var wish: Wish
  var session: SessionID
  var name: String
  var account: String?
  var rooms: [RoomEntry] = []
  var unread: [UnreadConversation] = []
  var unreadMore = 0
}
