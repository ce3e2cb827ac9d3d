import NIOCore

/// Requests and their answers.
extension ClientMachine {
  // MARK: Sending

  /// A request of the user's, under a number of the user's.
  mutating func request(
    _ number: UInt64, _ method: String, _ params: [String: JSON], _ repeating: Repeating
  ) {
    if let error = self.refusal(of: method, params) {
      return self.actions.append(.answer(number, .failure(error)))
    }
    var params = params
    if repeating == .byNonce, params["nonce"] == nil { params["nonce"] = .string(Nonce.drawLong()) }
    self.lastID += 1
    self.pending.append(
      Pending(
        id: self.lastID, purpose: .user(number), method: method, params: params,
        repeating: repeating))
    self.sendWaiting()
  }

  /// Why a request is not taken at all.
  private func refusal(of method: String, _ params: [String: JSON]) -> ClientError? {
    if case .closed(let ending) = self.state {
      switch ending {
      case .quit: return .closed("it was asked to quit")
      case .failed(let error): return .closed("\(error)")
      }
    }
    if method == "hello" || method == "quit" {
      return .refused(
        Refusal(code: "bad_arguments", text: "the client itself says \(method): use its function"))
    }
    if self.pending.count >= self.configuration.bounds.requestsMax { return .tooManyRequests }
    if Self.line(method, params, id: .max).utf8.count >= Self.lineBytesMax {
      return .refused(
        Refusal(code: "too_long", text: "a request has at most \(Self.lineBytesMax) bytes"))
    }
    return nil
  }

  /// Nobody waits for the answer any more.
  mutating func cancel(_ number: UInt64) {
    guard let index = self.pending.firstIndex(where: { $0.purpose == .user(number) }) else {
      return
    }
    if self.pending[index].isSent {
      self.pending[index].purpose = .abandoned
    } else {
      self.pending.remove(at: index)
    }
    self.actions.append(.answer(number, .failure(.cancelled)))
  }

  /// Fails the requests that were sent: their answers are behind events that nobody takes.
  mutating func failBehindEvents() {
    for index in self.pending.indices where self.pending[index].isSent {
      guard case .user(let number) = self.pending[index].purpose else { continue }
      self.pending[index].purpose = .abandoned
      self.actions.append(.answer(number, .failure(.eventsNotTaken)))
    }
  }

  /// Whether somebody waits for an answer that is on its way.
  var isAwaited: Bool {
    self.pending.contains { request in
      switch request.purpose {
      case .user: request.isSent
      case .hello, .quit: true
      case .abandoned, .restore, .choose, .heal, .ping: false
      }
    }
  }

  /// Sends a request of the client's own, before those of the user that wait.
  mutating func sendNow(_ purpose: Purpose, _ method: String, _ params: [String: JSON]) {
    self.lastID += 1
    let request = Pending(
      id: self.lastID, purpose: purpose, method: method, params: params, isSent: true)
    let index = self.pending.firstIndex { !$0.isSent } ?? self.pending.endIndex
    self.pending.insert(request, at: index)
    self.actions.append(.send(Self.line(method, params, id: request.id)))
  }

  /// Sends what waits, as much as may be on its way at one time.
  mutating func sendWaiting() {
    guard self.phase == .resuming || self.phase == .live else { return }
    var inFlight = self.pending.count { $0.isSent }
    for index in self.pending.indices where !self.pending[index].isSent {
      guard inFlight < Self.inFlightMax else { return }
      inFlight += 1
      self.pending[index].isSent = true
      let request = self.pending[index]
      self.actions.append(.send(Self.line(request.method, request.params, id: request.id)))
    }
  }

  private static func line(_ method: String, _ params: [String: JSON], id: Int64) -> String {
    let frame: JSON = [
      "jsonrpc": "2.0", "id": .integer(id), "method": .string(method), "params": .object(params),
    ]
    return frame.description
  }

  // MARK: Losing the connection

  /// Of what was sent without an answer, keeps what may be sent again; the rest fails.
  mutating func dropUnanswered() {
    var kept: [Pending] = []
    for var request in self.pending {
      guard case .user(let number) = request.purpose else { continue }
      if request.isSent, request.repeating == .never {
        self.actions.append(.answer(number, .failure(.outcomeUnknown)))
        continue
      }
      request.isRepeat = request.isRepeat || request.isSent
      request.isSent = false
      kept.append(request)
    }
    self.pending = kept
  }

  /// Fails what has a nonce and was sent by a participant that we are not any more.
  mutating func dropForeignNonces() {
    let foreign = self.pending.filter { $0.isRepeat && $0.repeating != .always }
    self.pending.removeAll { $0.isRepeat && $0.repeating != .always }
    for request in foreign {
      guard case .user(let number) = request.purpose else { continue }
      self.actions.append(.answer(number, .failure(.outcomeUnknown)))
    }
  }

  // MARK: Receiving

  /// A line of the server.
  mutating func received(_ line: JSON, _ now: NIODeadline) {
    guard self.phase != .closed else { return }
    self.heard(now)
    do throws(ClientError) {
      if let method = line["method"]?.string {
        if let id = line["id"] {
          // The server asks whether we are there.
          let answer: JSON = ["jsonrpc": "2.0", "id": id, "result": [:]]
          self.actions.append(.send(answer.description))
        } else {
          try self.notified(method, line["params"] ?? [:], now)
        }
      } else if let id = line["id"]?.integer {
        try self.answered(id, line, now)
      } else if case .entering = self.phase, let text = line["error"]?["message"]?.string {
        // About none of our requests, but about the connection: the door's last word.
        self.noteClosing(line["error"]?["data"]?["code"]?.string ?? "", text)
      }
    } catch {
      self.actions.append(.disconnect)
      return self.close(.failed(error))
    }
    self.settle()
    self.sendWaiting()
  }

  private mutating func answered(
    _ id: Int64, _ line: JSON, _ now: NIODeadline
  ) throws(ClientError) {
    guard let index = self.pending.firstIndex(where: { $0.id == id && $0.isSent }) else { return }
    let request = self.pending.remove(at: index)
    let outcome: Result<JSON, Refusal>
    if let error = line["error"] {
      outcome = .failure(
        Refusal(
          code: error["data"]?["code"]?.string ?? "bad_arguments",
          text: error["message"]?.string ?? "refused", freeName: error["data"]?["free"]?.string))
    } else if let result = line["result"] {
      outcome = .success(result)
    } else {
      throw .notUnderstood("an answer without result or error")
    }
    switch request.purpose {
    case .user(let number):
      self.actions.append(.answer(number, try self.conclude(request, outcome, now)))
    case .abandoned: _ = try self.conclude(request, outcome, now)
    case .hello: try self.entered(outcome, now)
    case .restore(let room): try self.restored(room, outcome, now)
    case .choose(let room): try self.chosen(room, outcome)
    case .heal(let epoch): try self.healed(epoch, outcome)
    case .ping: return
    case .quit:
      // The server's last line follows, and its end.
      return
    }
  }

  /// Takes note of what an answer to the user changes.
  private mutating func conclude(
    _ request: Pending, _ outcome: Result<JSON, Refusal>, _ now: NIODeadline
  ) throws(ClientError) -> Result<JSON, ClientError> {
    switch outcome {
    case .success(let result):
      try self.note(request, result, now)
      return .success(result)
    case .failure(let refusal):
      if request.isRepeat, request.repeating == .untilRefused(refusal.code) {
        // It was done the first time; what it was about stands in for the answer that was lost.
        let params = JSON.object(request.params)
        try self.note(request, params, now)
        return .success(params)
      }
      return .failure(.refused(refusal))
    }
  }
}

extension Refusal: Error {}
