import ParleyJSONDoor

/// A program at the JSON door: sends requests, and holds each line of both sides to the contract.
///
/// Blocking, for one thread.
package final class JSONPerson {
  package let client: TalkClient
  /// The methods that were asked for and answered.
  package private(set) var methods: Set<String> = []
  /// The events that came.
  package private(set) var seen: Set<String> = []
  private var events: [(name: String, params: JSONTree)] = []
  private var answers: [JSONTree] = []
  private var asked: [String: String] = [:]
  private var lastID = 0

  package init(_ client: TalkClient) {
    self.client = client
  }

  /// Connects and enters as a guest.
  package convenience init(_ name: String, port: UInt16) throws {
    self.init(try TalkClient(name, port: port))
    try self.ask("hello", #"{"name":"\#(name)"}"#)
  }

  // MARK: Asking

  /// Sends a line as it is.
  package func send(_ line: String) throws {
    try self.client.say(line)
  }

  /// Sends a request, which the contract must allow, and answers with its id.
  @discardableResult
  package func request(_ method: String, _ params: String = "{}") throws -> JSONTree {
    self.lastID += 1
    let line = #"{"jsonrpc":"2.0","id":\#(self.lastID),"method":"\#(method)","params":\#(params)}"#
    let id = JSONTree.integer(Int64(self.lastID))
    self.asked[id.text] = method
    // Sent first: who has said nothing for 300 ms is taken for a person, and schemas take time.
    try self.send(line)
    try Self.check(try JSONTree(line), "methods/\(method).json#/$defs/request")
    return id
  }

  /// Asks and waits for the result.
  @discardableResult
  package func ask(_ method: String, _ params: String = "{}") throws -> JSONTree {
    let answer = try self.answer(to: try self.request(method, params))
    guard let result = answer["result"] else {
      throw TalkFailure("\(self.client.name) is refused \(method): \(answer.text)")
    }
    return result
  }

  /// Asks and waits for the "no": its code of the catalogue.
  @discardableResult
  package func refused(_ method: String, _ params: String = "{}") throws -> String {
    let answer = try self.answer(to: try self.request(method, params))
    guard let code = answer["error"]?["data"]?["code"]?.string else {
      throw TalkFailure("\(self.client.name) is not refused \(method): \(answer.text)")
    }
    return code
  }

  /// Waits for the answer to a request.
  package func answer(to id: JSONTree) throws -> JSONTree {
    while true {
      if let index = self.answers.firstIndex(where: { $0["id"] == id }) {
        return self.answers.remove(at: index)
      }
      try self.take(try self.next())
    }
  }

  /// Waits for the next event of that name, and passes over others.
  @discardableResult
  package func event(_ name: String) throws -> JSONTree {
    while true {
      while !self.events.isEmpty {
        let event = self.events.removeFirst()
        if event.name == name { return event.params }
      }
      try self.take(try self.next())
    }
  }

  /// The next line, held to the contract.
  package func next() throws -> JSONTree {
    let line = try self.client.next()
    let frame = try JSONTree(line)
    for part in frame.elements.isEmpty ? [frame] : frame.elements { try self.check(part) }
    return frame
  }

  private func take(_ frame: JSONTree) throws {
    if frame["id"] != nil, frame["method"] != nil {
      // The server's own request.
      return try self.send(#"{"jsonrpc":"2.0","id":"ping","result":{}}"#)
    }
    guard let name = frame["method"]?.string, let params = frame["params"] else {
      return self.answers.append(frame)
    }
    self.events.append((name, params))
  }

  // MARK: The contract

  private func check(_ frame: JSONTree) throws {
    if frame["id"] == .string("ping"), frame["method"] == .string("ping") { return }
    if let event = frame["method"]?.string {
      try Self.check(frame, "events/\(event).json")
      self.seen.insert(event)
    } else if frame["error"] != nil {
      try Self.check(frame, "error.json")
      try self.checkRefusal(frame)
    } else if let method = frame["id"].flatMap({ self.asked[$0.text] }) {
      try Self.check(frame, "methods/\(method).json#/$defs/response")
      self.methods.insert(method)
    }
  }

  /// A method is refused with what its row of the table has, and nothing else.
  private func checkRefusal(_ frame: JSONTree) throws {
    guard let method = frame["id"].flatMap({ self.asked[$0.text] }),
      let row = MethodTable.rows.first(where: { $0.name == method }),
      frame["error"]?["code"] == .integer(Self.refusedCode),
      let code = frame["error"]?["data"]?["code"]?.string
    else { return }
    guard (row.refusals + JSONMethod.commonRefusals).contains(code) else {
      throw TalkFailure("\(method) does not have the refusal \(frame.text)")
    }
  }

  /// What the server says no with; its other codes are for what is no request of the contract.
  private static let refusedCode: Int64 = -32_000

  private static func check(_ frame: JSONTree, _ path: String) throws {
    let faults = Contract.checker.faults(of: frame, path: path)
    guard faults.isEmpty else {
      throw TalkFailure("\(path) does not allow \(frame.text): \(faults.joined(separator: "; "))")
    }
  }
}
