import ParleyCore
import ParleyModel

extension Effect {
  /// In a few words: `2: opened lobby`, `room 1: came bea (2)`.
  var line: String {
    switch self {
    case .room(let event, origin: _): "room \(event.room.number): \(event.event.words)"
    case .session(let session, let effect): "\(session.number): \(effect.words)"
    case .everyone(let text): "everyone: \(text)"
    }
  }
}

extension SessionEffect {
  fileprivate var words: String {
    switch self {
    case .loggedIn: "logged in"
    case .opened(_, let name, position: _, head: _, let present):
      "opened \(name) (\(present))"
    case .resumed(let replay):
      "\(replay.title) again after \(replay.after.number) to \(replay.head.number)"
    case .closed(let room): "closed \(room.number)"
    case .ignored(let ignored): "ignores \(ignored.map(\.number))"
    case .reply(_, let reply): reply.words
    case .refused(_, let refusal): "refused \(refusal.code)"
    case .work(_, let work): "work \(work)"
    case .direct(let event):
      event.isOwn
        ? "own direct \(event.message.sequence.number) to \(event.recipient)"
        : "direct \(event.message.sequence.number) from \(event.message.sender.name)"
    case .told(let event, let title): "\(title): \(event.event.words)"
    case .closing(let closing): "closing \(closing)"
    }
  }
}

extension Event {
  fileprivate var words: String {
    switch self {
    case .message(let message):
      "\(message.sequence.number) \(message.sender.name) \(message.kind): \(message.body)"
    case .came(let sender, let present): "came \(sender.name) (\(present))"
    case .went(let sender, let departure, let present):
      "went \(sender.name) \(departure) (\(present))"
    case .topic(let text, let sender): "topic \(text) by \(sender.name)"
    case .renamed(let sender, let name): "renamed \(sender.name) to \(name)"
    case .removed(let sequence, _, let sender):
      "removed \(sequence.number) by \(sender.name)"
    case .changed(let change, let sender): "\(sender.name) changed \(change)"
    }
  }
}

extension Reply {
  fileprivate var words: String {
    switch self {
    case .greeting(let people, let rooms): "greeting \(people) \(rooms)"
    case .welcome(_, let name, _): "welcome \(name)"
    case .renamed(let name): "you are \(name)"
    case .pong(let text): "pong \(text)"
    case .entered(let entry):
      "in \(entry.name) (\(entry.reason)) here \(entry.present.joined(separator: " "))"
    case .closed(let room, let current): "closed \(room), now \(current ?? "nowhere")"
    case .left(let room, let current): "left \(room), now \(current ?? "nowhere")"
    case .topic(let room, let topic): "topic of \(room): \(topic?.text ?? "none")"
    case .topicSet(let room, let text): "topic of \(room) set: \(text)"
    case .stored(let room, _, let sequence, _): "stored \(sequence.number) in \(room)"
    case .delivered(let name, let sessions, _, let sequence, _):
      "delivered \(sequence.number) to \(sessions) of \(name)"
    case .removed(let conversation, let sequence): "removed \(sequence.number) of \(conversation)"
    case .posts(let room, let excerpt): "posts of \(room): \(excerpt.words)"
    case .message(let conversation, let excerpt): "message of \(conversation): \(excerpt.words)"
    case .history(let conversation, let excerpt): "history of \(conversation): \(excerpt.words)"
    case .found(let conversation, _, let excerpt): "found in \(conversation): \(excerpt.words)"
    case .people(let room, let people, more: _):
      "people of \(room): \(people.map(\.name).joined(separator: " "))"
    case .rooms(let rooms, more: _): "rooms: \(rooms.map(\.name).joined(separator: " "))"
    case .profile(let profile): "profile of \(profile.name)"
    case .away(let text): "away \(text ?? "no more")"
    case .ignoring(let name, let isHidden): "\(isHidden ? "hides" : "shows") \(name)"
    case .account(let answer): "account \(answer)"
    case .moderation(let answer): "moderation \(answer)"
    case .audit(let room, let excerpt): "audit of \(room ?? "the server"): \(excerpt.words)"
    case .notice(let notice): "notice \(notice)"
    case .local: "local"
    }
  }
}

extension Excerpt {
  fileprivate var words: String {
    switch self {
    case .messages(let messages, let more): "\(messages.map(\.sequence.number))\(more ? "+" : "")"
    case .found(let messages, let before):
      "\(messages.map(\.sequence.number))\(before.map { " before \($0.number)" } ?? "")"
    case .plan(let plan): "plan \(plan.query)"
    }
  }
}
