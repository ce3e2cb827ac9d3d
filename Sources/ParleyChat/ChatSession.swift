import Glibc
import ParleyClient
import ParleyLineDoor
import ParleyModel
import ParleyTerminal

/// `parley chat`: joins what is typed with what the server says.
///
/// Three tasks take turns in it: one reads the input and the signals, one holds the connection and
/// takes its events, one sends what was entered, line after line. It owns the terminal, and whatever
/// ends it gives the terminal back as it was.
package actor ChatSession {
  /// What the next line answers.
  enum Question {
    case name
    /// With `isEntering` it is about coming in, else a command of somebody who is in.
    case secrets(SecretQuestions, isEntering: Bool)
  }

  /// Where to connect, and as whom.
  struct Target {
    var destination: Destination
    var name: String
    var credential = ParleyClient.Credential.guest
    var security: Security
  }

  /// How many entries wait at most, while the server is away for instance.
  static let queueMax = 64
  /// Rooms and names that Tab knows at most.
  static let wordsMax = 4_096

  let options: ChatOptions
  let environment: [String: String]
  let files: StateFiles
  /// Whether a person sits there, rather than a script.
  let isInteractive: Bool
  var view: ChatView
  var text = ChatText()
  var verbs = true
  /// The zone of the times where one was set.
  var zone: String?
  /// The exit code so far.
  var code: CInt = EXIT_SUCCESS
  var isEnded = false
  /// How it ends, as soon as the task that reads the input looks up.
  var ending: (code: CInt, word: String?)?
  /// Whether a script is leaving: it ends when all that was told has been taken.
  var isLeaving = false

  // The connection.
  var client: Client?
  var target: Target?
  /// The target that the task of the connection takes up next.
  private var nextTarget: Target?
  /// Whether the server has let us in, once; it may be away again.
  var isIn = false
  /// Whether it is known who one is at this server, or that one did not get in.
  private var hasStarted = false
  private var starting: CheckedContinuation<Void, Never>?
  /// Whether all was told, once, that the server had for us on coming in.
  var isSettled = false
  /// The account that the server knows us as, if any.
  var account: String?
  /// Whether the connection was lost and is being made again.
  var isAway = false
  /// Why it was away when that was said last.
  var reasonAway: ClientError?
  private var conversing: CheckedContinuation<Void, Never>?

  // What was entered.
  var queue: [Entered] = []
  private(set) var isSending = false
  /// What is being sent.
  private(set) var sent: Entered?
  /// Whether what is being sent may change where text goes.
  private(set) var isMoving = false
  private var sending: CheckedContinuation<Void, Never>?
  var question: Question?
  /// A post that is written line by line.
  var draft: PostDraft?
  /// The line that was typed when a question came between.
  var draftLine = ""
  var isInputOver = false
  /// A text for the pager, which the task that reads the keyboard starts.
  var page: [StyledText]?

  // What is known of the conversation.
  var currentRoom: String?
  /// The rooms that are open, and the one of them that is current, as events say in their order:
  /// answers come on another way, before or behind them.
  var openRooms: Set<String> = []
  var toldRoom: String?
  /// Who sent the direct message that came last.
  var lastDirect: String?
  var unread = UnreadCounts()
  var people: [String: Set<String>] = [:]
  /// Who said something, or was written to.
  var acquaintances: Set<String> = []
  /// Messages up to there were said before one came: they ring no bell.
  var seenBefore: [String: Int64] = [:]
  /// The day of the last message shown.
  var day: String?

  private init(_ options: ChatOptions, _ environment: [String: String]) {
    self.options = options
    self.environment = environment
    self.files = StateFiles(environment)
    let isTerminal = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
    self.isInteractive = isTerminal && !options.printsJSON
    let isDumb = ["", "dumb"].contains(environment["TERM"] ?? "")
    let mode: ChatView.Mode =
      options.printsJSON
      ? .objects : isTerminal && !options.isPlain && !isDumb ? .screen : .lines
    let hasColours: Bool
    switch options.colour {
    case .always: hasColours = true
    case .never: hasColours = false
    // https://no-color.org: present and not empty.
    case .auto:
      hasColours = isTerminal && !isDumb && (environment["NO_COLOR"] ?? "").isEmpty
    }
    self.view = ChatView(
      mode, terminal: self.isInteractive ? TerminalDevice() : nil, inColour: hasColours)
    self.text.coloursNames = hasColours
    self.text.hasManyColours =
      environment["TERM"]?.contains("256color") == true || environment["COLORTERM"] != nil
    if mode == .screen { self.view.history = History(self.files.history()) }
  }

  /// Talks until the end: the exit code.
  package static func run(
    _ options: ChatOptions, environment: [String: String]
  ) async -> CInt {
    SignalPipe.shared.take([SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP, SIGCONT])
    let session = ChatSession(options, environment)
    await session.begin()
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await session.readInput() }
      group.addTask { await session.converse() }
      group.addTask { await session.send() }
    }
    return await session.code
  }

  private func begin() async {
    self.showPrompt()
    self.view.begin()
    if let destination = self.options.destination {
      await self.connect(to: destination, as: self.options.name)
    } else if self.isInteractive {
      self.say("*** not connected: /connect HOST PORT, %connect HOST PORT; /exit ends it")
    } else {
      self.fail("name a server: parley chat NAME@HOST")
    }
  }

  // MARK: The three tasks

  private func readInput() async {
    var reader = InputReader(readsKeys: self.view.mode == .screen)
    while !self.isEnded {
      if let ending = self.ending { return await self.finish(ending.code, saying: ending.word) }
      if self.view.outputError != nil { return await self.finish(EXIT_FAILURE) }
      let input = await reader.next(takesInput: self.takesInput)
      guard !self.isEnded else { return }
      await self.take(input)
    }
  }

  /// A script's next line waits until the last one is answered; a person's waits in the queue.
  private var takesInput: Bool {
    self.isInteractive || (self.isIn && self.queue.isEmpty && !self.isSending)
  }

  private func converse() async {
    while !self.isEnded {
      guard let target = self.nextTarget else {
        await withCheckedContinuation { self.conversing = $0 }
        continue
      }
      self.nextTarget = nil
      await self.hold(target)
    }
  }

  private func send() async {
    while !self.isEnded {
      guard let client = self.client, self.isIn, let next = self.queue.first,
        !next.isEnd || self.isSettled || self.isInteractive
      else {
        await withCheckedContinuation { self.sending = $0 }
        continue
      }
      let entered = self.queue.removeFirst()
      self.isSending = true
      self.isMoving = entered.moves
      self.sent = entered
      await self.perform(entered, client)
      self.sent = nil
      self.isSending = false
      self.isMoving = false
      self.decidePlaces()
      if !self.isInteractive { SignalPipe.shared.wakeReader() }
    }
  }

  /// Has the tasks look up.
  func stir() {
    self.sending?.resume()
    self.sending = nil
    self.conversing?.resume()
    self.conversing = nil
    SignalPipe.shared.wakeReader()
  }

  // MARK: The connection

  /// Connects, after asking for a name where none is known.
  func connect(to destination: Destination, as name: String?) async {
    let security: Security
    switch self.options.encryption {
    case .none: security = .clear
    case .verified: security = .verified
    case .pinned: security = .pinned(fingerprint: self.files.fingerprint(of: "\(destination)"))
    }
    var credential = ParleyClient.Credential.guest
    // It was given for the server of the command line, and no other gets to know it.
    if destination == self.options.destination,
      let secret = self.environment["PARLEY_CHAT_PASSWORD"], !secret.isEmpty
    {
      credential = .password(secret)
    }
    self.target = Target(
      destination: destination, name: name ?? "", credential: credential, security: security)
    guard name != nil else {
      guard self.isInteractive else { return self.fail("say who you are: parley chat NAME@HOST") }
      return self.ask(.name)
    }
    await self.moveToTarget()
  }

  /// Leaves the server that one is at, if any, and begins with what ``target`` says.
  func moveToTarget() async {
    self.enterTarget()
    await self.client?.quit()
  }

  /// Begins with what ``target`` says when the connection that is there has ended.
  func enterTarget() {
    self.nextTarget = self.target
    self.stir()
  }

  private func hold(_ target: Target) async {
    let address: Address =
      switch target.destination {
      case .tcp(let host, let port): .tcp(host: host, port: port)
      case .unix(let path), .queue(name: _, socket: let path): .unix(path: path)
      }
    var configuration = Configuration(
      address: address, name: target.name, security: target.security,
      credential: target.credential, opensRooms: self.options.rooms.isEmpty)
    configuration.bounds.quitMax = .seconds(2)
    // A script is not kept for ever.
    if !self.isInteractive, !self.options.follows {
      configuration.reconnection.giveUpAfter = .seconds(60)
    }
    let client = Client(configuration)
    self.client = client
    self.isIn = false
    self.isSettled = false
    self.isAway = false
    self.account = nil
    self.currentRoom = nil
    self.openRooms = []
    self.toldRoom = nil
    self.lastDirect = nil
    self.people = [:]
    self.acquaintances = []
    self.unread.clear()
    self.showPrompt()
    self.hasStarted = false
    async let entering: Void = self.enter(client)
    for await event in client.events {
      await self.untilStarted(event)
      guard !self.isEnded else { break }
      self.take(event)
    }
    await entering
    self.client = nil
    self.isIn = false
    self.isAway = false
    self.currentRoom = nil
    if !self.isEnded { self.showPrompt() }
    for entered in self.queue { self.keep(entered.file) }
    // What waited was meant for this server.
    if self.isInteractive, !self.isEnded, let word = Self.unsent(of: self.queue) {
      self.say("*** " + word)
    }
    self.queue = []
    if !self.isInteractive, !self.isEnded, self.nextTarget == nil {
      await self.finish(self.isLeaving ? self.code : EXIT_FAILURE)
    }
  }

  /// What happens in rooms is told behind who one is there, which another task learns.
  private func untilStarted(_ event: ParleyClient.Event) async {
    guard !self.hasStarted else { return }
    switch event {
    case .state, .server, .closing: break
    case .message, .posted, .direct, .opened, .came, .went, .renamed, .notice, .crowd, .topic,
      .removed, .changed, .missed, .notReopened, .behind, .caughtUp, .unknown:
      await withCheckedContinuation { self.starting = $0 }
    }
  }

  func noteStart() {
    self.hasStarted = true
    self.starting?.resume()
    self.starting = nil
  }

  private func enter(_ client: Client) async {
    do throws(ClientError) {
      let welcome = try await client.start()
      await self.entered(welcome, client)
    } catch {
      self.noteStart()
      // Whoever went on to another server does not want to know.
      guard !self.isEnded, self.nextTarget == nil else { return }
      self.couldNotEnter(error)
      await client.quit()
    }
  }
}
