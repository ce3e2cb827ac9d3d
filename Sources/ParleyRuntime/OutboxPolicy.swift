/// What happens to a reader whose outbox is full.
package enum OutboxPolicy: String, Hashable, Sendable, CaseIterable {
  /// Nothing more is pushed; when its socket drains, the rest comes from the log, in order.
  case catchup
  /// It is skipped what comes until its socket drains, and told which numbers those were.
  case drop
  /// As `catchup`; besides, who speaks in the room is not read until it has caught up, a second
  /// at most.
  case block
  /// It is told why and disconnected.
  case disconnect
}

/// The policy of each door.
package struct OutboxPolicies: Hashable, Sendable {
  /// Of the doors that have none of their own.
  package var standard: OutboxPolicy
  /// By the doors' names.
  package var byDoor: [String: OutboxPolicy]

  package init(_ standard: OutboxPolicy = .catchup, byDoor: [String: OutboxPolicy] = [:]) {
    self.standard = standard
    self.byDoor = byDoor
  }

  /// The policy of the door with that name.
  package subscript(door: String) -> OutboxPolicy {
    self.byDoor[door] ?? self.standard
  }
}
