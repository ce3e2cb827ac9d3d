import Glibc
import ParleyClient
import ParleyDoorKit
import ParleyModel

/// What was entered and waits for its turn.
extension ChatSession {
  /// Something entered that waits for its turn.
  struct Entered: Sendable {
    enum Work: Sendable {
      case say(String)
      case command(Command)
      /// A line that cannot be sent; it is said in its turn.
      case refused(ParleyModel.Refusal)
      /// The end, with a last word.
      case quit(String?)
    }

    /// The room that is meant where none is named.
    enum Place: Sendable {
      /// Where those before it lead.
      case undecided
      /// The one that the prompt showed; nil where it showed none.
      case room(String?)
    }

    var work: Work
    var place = Place.undecided
    /// Where a post that was written is kept until the server has it.
    var file: String?

    /// Whether it is the end.
    var isEnd: Bool { if case .quit = self.work { true } else { false } }

    /// Whether it is a line for the server that is kept nowhere else.
    var isLine: Bool {
      switch self.work {
      case .say, .command: self.file == nil
      case .refused, .quit: false
      }
    }

    /// Whether text may go to another room behind it.
    var moves: Bool {
      switch self.work {
      case .command(.join), .command(.add), .command(.leave), .command(.account(.login)): true
      case .command, .say, .refused, .quit: false
      }
    }
  }

  func enqueue(_ work: Entered.Work, file: String? = nil) {
    guard self.client != nil else {
      self.fail("there is no connection; /connect HOST PORT makes one")
      return self.keep(file)
    }
    guard self.queue.count < Self.queueMax else {
      self.refuse("too_many", "\(Self.queueMax) lines wait to be sent; this one was not taken")
      return self.keep(file)
    }
    var work = work
    if case .command(.direct(.last, let kind, let text)) = work {
      // Whom the server takes for the last one may have written to another session alone.
      work =
        self.lastDirect.flatMap { try? NameRules.participantName($0) }
        .map { .command(.direct(.named($0), kind, text)) } ?? .refused(.nobodyToAnswer)
    }
    self.queue.append(Entered(work: work, file: file))
    if self.isIn { self.decidePlaces() }
    self.stir()
  }

  /// Gives what waits the room that text goes to now, up to what may change that.
  ///
  /// What is said on the way, or comes while the connection is made again, changes nothing of it:
  /// it goes to the room that the prompt showed, or nowhere.
  func decidePlaces() {
    guard !self.isMoving else { return }
    for index in self.queue.indices {
      if case .undecided = self.queue[index].place {
        self.queue[index].place = .room(self.currentRoom)
      }
      guard !self.queue[index].moves else { return }
    }
  }

  /// What is wrong with a line is said at once to a person, in its turn to a script.
  func enqueueRefusal(_ refusal: ParleyModel.Refusal) {
    if self.isInteractive { self.refuse(refusal) } else { self.enqueue(.refused(refusal)) }
  }

  /// Says where a post is that was written and not taken.
  func keep(_ file: String?) {
    guard let file, !self.isEnded else { return }
    self.say("*** " + Self.isKept(in: file))
  }

  static func isKept(in file: String) -> String {
    "the post was not taken; what you wrote is kept in \(file)"
  }

  func perform(_ entered: Entered, _ client: Client) async {
    let current: String? =
      if case .room(let room) = entered.place { room } else { self.currentRoom }
    switch entered.work {
    case .say(let text): await self.ask(.say(.current, .say, text), in: current, client)
    case .command(.account(let command)) where command.hasSecret:
      await self.perform(command, client)
    case .command(let command):
      let isDone = await self.ask(command, in: current, client)
      guard let file = entered.file else { return }
      if isDone { unlink(file) } else { self.keep(file) }
    case .refused(let refusal): self.refuse(refusal)
    case .quit(let word): await self.leave(client, saying: word)
    }
  }
}
