import NIOCore
import ParleyDoorKit

/// The `id` of a request, which its answer carries.
enum JSONID: Hashable, Sendable {
  /// A notification: nothing is answered.
  case none
  case null
  case number(Int64)
  case text(String)

  /// Integers that every program's numbers hold (RFC 7493 §2.2).
  static let numbers: ClosedRange<Int64> = -(1 << 53) + 1...(1 << 53) - 1

  func write(into buffer: inout ByteBuffer) {
    switch self {
    case .none, .null: buffer.writeStaticString("null")
    case .number(let number):
      if number < 0 { buffer.writeStaticString("-") }
      buffer.writeDecimal(number.magnitude)
    case .text(let text): buffer.writeJSON(text)
    }
  }
}

/// The members of a request (JSON-RPC 2.0 §4), read but for what is in `params`.
struct RequestParts {
  var id = JSONID.none
  var method = ""
  var params: JSONValue?
  /// It has a result or an error.
  var isResponse = false

  /// Reads them; where it throws, what was read of `id` is there.
  mutating func read(_ value: JSONValue) throws(RPCFault) {
    guard value.kind == .object else { throw .invalidRequest("a request is an object") }
    var hasVersion = false
    var hasMethod = false
    var isCall = false
    var fault: RPCFault?
    var members = value.members
    while let (name, value) = members.next() {
      if name.says("method") {
        isCall = true
        hasMethod = value.kind == .string
        if hasMethod { self.method = value.text }
      } else if name.says("params") {
        self.params = value
      } else if name.says("id") {
        do throws(RPCFault) { self.id = try Self.id(value) } catch { fault = error }
      } else if name.says("jsonrpc") {
        hasVersion = value.kind == .string && value.says("2.0")
      } else if name.says("result") || name.says("error") {
        self.isResponse = true
      } else {
        fault = .invalidRequest("a request has the members jsonrpc, id, method and params")
      }
    }
    if self.isResponse, isCall {
      self.isResponse = false
      fault = .invalidRequest("a request has no result and no error")
    }
    if let fault { throw fault }
    if self.isResponse { return }
    guard hasVersion else { throw .invalidRequest("jsonrpc is \"2.0\"") }
    guard hasMethod else { throw .invalidRequest("method is a string") }
  }

  private static func id(_ value: JSONValue) throws(RPCFault) -> JSONID {
    switch value.kind {
    case .null: return .null
    case .string:
      // Quotes and escapes included.
      guard value.raw.count <= JSONDialect.idBytesMax else {
        throw .invalidRequest("id has at most \(JSONDialect.idBytesMax) bytes with its quotes")
      }
      return .text(value.text)
    case .number:
      guard let number = value.integer, JSONID.numbers.contains(number) else {
        throw .invalidRequest("id is an integer of at most 53 bits, a string, or null")
      }
      return .number(number)
    case .object, .array, .boolean:
      throw .invalidRequest("id is an integer of at most 53 bits, a string, or null")
    }
  }
}
