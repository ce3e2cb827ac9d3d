import Glibc
import ParleyClient
import ParleyDoorKit
import ParleyModel
import ParleyTerminal

/// What `--json` prints: an object a line, with the members that the contract gives them.
extension ChatSession {
  func printObject(_ object: JSON) {
    let text = object.description
    // A terminal obeys what a program only reads.
    self.view.write((isatty(STDOUT_FILENO) == 1 ? SafeText.line(text) : text) + "\n")
  }

  func printAnswer(_ request: ChatRequest, _ result: JSON) {
    self.printObject(["method": .string(request.method), "result": result])
  }

  func printEvent(_ event: ParleyClient.Event) {
    guard let (name, members) = Self.members(of: event) else { return }
    self.printObject(.object(members.merging(["event": .string(name)]) { $1 }))
  }

  private static func members(
    of event: ParleyClient.Event
  ) -> (name: String, members: [String: JSON])? {
    switch event {
    case .state(let state): ("state", self.members(of: state))
    case .message(let message): ("message", self.members(of: message))
    case .posted(let message): ("posted", self.members(of: message))
    case .direct(let message): ("direct", self.members(of: message))
    case .came(let came):
      (
        "came",
        [
          "room": .string(came.room), "name": .string(came.name), "account": .maybe(came.account),
          "present": .integer(Int64(came.present)), "time": .time(came.time),
        ]
      )
    case .went(let went):
      (
        "went",
        [
          "room": .string(went.room), "name": .string(went.name), "account": .maybe(went.account),
          "reason": .string(went.reason), "word": .maybe(went.word), "by": .maybe(went.by),
          "why": .maybe(went.why), "present": .integer(Int64(went.present)),
          "time": .time(went.time),
        ]
      )
    case .crowd(let room, let came, let went):
      (
        "crowd",
        ["room": .string(room), "came": .integer(Int64(came)), "went": .integer(Int64(went))]
      )
    case .topic(let topic):
      (
        "topic",
        [
          "room": .string(topic.room), "topic": .maybe(topic.topic), "by": .string(topic.by),
          "time": .time(topic.time),
        ]
      )
    case .renamed(let renamed):
      (
        "renamed",
        [
          "room": .string(renamed.room), "from": .string(renamed.from), "to": .string(renamed.to),
          "account": .maybe(renamed.account), "time": .time(renamed.time),
        ]
      )
    case .removed(let removed):
      (
        "removed",
        [
          "room": .string(removed.room), "sequence": .integer(removed.sequence),
          "id": .string(removed.id), "by": .string(removed.by), "time": .time(removed.time),
        ]
      )
    case .changed(let change):
      (
        "changed",
        [
          "room": .string(change.room), "what": .string(change.what), "text": .string(change.text),
          "by": .string(change.by), "time": .time(change.time),
        ]
      )
    case .notice, .opened, .behind, .caughtUp, .missed, .notReopened, .server, .closing, .unknown:
      self.membersOfTheRest(event)
    }
  }

  private static func membersOfTheRest(
    _ event: ParleyClient.Event
  ) -> (name: String, members: [String: JSON])? {
    switch event {
    case .notice(let kind, let room, let text):
      ("notice", ["kind": .string(kind), "room": .string(room), "text": .string(text)])
    case .opened(let room):
      (
        "opened",
        [
          "room": .string(room.room), "epoch": .string(room.epoch),
          "sequence": .integer(room.sequence), "resumed": .boolean(room.isResumed),
          "current": .boolean(room.isCurrent), "topic": .maybe(room.topic?.text),
          "present": .array(room.present.map { .string($0) }),
          "present_more": .integer(Int64(room.presentMore)),
        ]
      )
    case .missed(let missed):
      (
        "missed",
        [
          "room": .string(missed.room), "from": .integer(missed.sequences.lowerBound),
          "through": .integer(missed.sequences.upperBound),
        ]
      )
    case .notReopened(let room, let refusal):
      (
        "not_reopened",
        ["room": .string(room), "code": .string(refusal.code), "text": .string(refusal.text)]
      )
    case .server(let text): ("server", ["text": .string(text)])
    case .closing(let reason, let text):
      ("closing", ["reason": .string(reason), "text": .string(text)])
    case .unknown(let method, let params): (method, ["params": params])
    case .state, .message, .posted, .direct, .came, .went, .crowd, .topic, .renamed, .removed,
      .changed, .behind, .caughtUp:
      nil
    }
  }

  private static func members(of message: ParleyClient.Message) -> [String: JSON] {
    let shown = ShownMessage(message)
    var members: [String: JSON] = [
      "room": .string(message.room), "epoch": .string(message.epoch),
      "sequence": .integer(message.sequence), "id": .string(message.id),
      "from": .string(message.from), "account": .maybe(message.account), "to": .maybe(message.to),
      "kind": .string(shown.kind), "time": .time(message.time),
    ]
    if let answered = message.replyTo { members["reply_to"] = .integer(answered) }
    if let by = message.removedBy { members["removed_by"] = .string(by) }
    if let subject = message.subject { members["subject"] = .string(subject) }
    if let text = message.text { members["text"] = .string(text) }
    return members
  }

  private static func members(of state: ConnectionState) -> [String: JSON] {
    switch state {
    case .connecting: ["state": "connecting"]
    case .connected: ["state": "connected"]
    case .resuming: ["state": "resuming"]
    case .live: ["state": "live"]
    case .waiting(_, let error): ["state": "waiting", "text": .string("\(error)")]
    case .closed(.quit): ["state": "closed"]
    case .closed(.failed(let error)): ["state": "closed", "text": .string("\(error)")]
    }
  }
}

extension JSON {
  fileprivate static func maybe(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }

  /// RFC 3339, in UTC, as the server writes it.
  fileprivate static func time(_ moment: Moment) -> JSON {
    .string(LocalTime(microseconds: moment.microseconds).utc)
  }
}
