import ParleyDoorKit
import ParleyModel

extension AdminAnswer {
  /// Nil for what no request of an administrator is answered with.
  init?(_ reply: ModerationReply) {
    switch reply {
    case .sanctioned(_, _, let title, let until, let count):
      self = .banned(title: title, until: until?.iso8601, ended: count)
    case .lifted(_, _, let title): self = .unbanned(title: title)
    case .standings(_, _, let standings, let more):
      self = .bans(
        list: standings.map { standing in
          Ban(
            title: standing.title, by: standing.by, since: standing.since.iso8601,
            until: standing.until?.iso8601, reason: standing.reason)
        }, more: more)
    case .set, .kicked, .operatorGranted, .operatorRevoked, .invited, .transferred, .disowned,
      .removedAll, .reported, .options:
      return nil
    }
  }

  /// The audit log.
  init(audit excerpt: Excerpt) {
    let (messages, more): ([Message], Bool) =
      switch excerpt {
      case .messages(let messages, let more): (messages, more)
      case .found(let messages, let before): (messages, before != nil)
      // Read before it gets here.
      case .plan: ([], false)
      }
    self = .audit(
      list: messages.map { Deed(time: $0.time.iso8601, by: $0.sender.name, deed: $0.body) },
      older: more)
  }
}

extension AdminAnswer {
  /// A ban from the server.
  package struct Ban: Codable, Hashable, Sendable {
    package var title: String
    package var by: String
    package var since: String
    /// Left out where it holds until it is lifted.
    package var until: String?
    package var reason: String
  }

  /// What somebody did.
  package struct Deed: Codable, Hashable, Sendable {
    package var time: String
    package var by: String
    package var deed: String
  }
}
