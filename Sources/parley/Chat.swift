import ArgumentParser
import Foundation
import ParleyChat
import ParleyQueueDoor

/// `parley chat`: the terminal's client.
struct Chat: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Talk to a server from a terminal or a script.",
    discussion: """
      Without a destination it starts unconnected: /connect HOST PORT connects. What is piped in \
      is sent line by line, each after the one before is answered; the exit code says whether all \
      of it was done. Whoever pipes in what others wrote needs --verbatim: a line such as /leave is \
      a command else. PARLEY_CHAT_PASSWORD may have the password, or an API token, for scripts; \
      no server gets it but the one that is named here.
      """)

  @Argument(
    help: .init(
      "Where to connect, and as whom; port 6789 where none is named.",
      valueName: "[name@]host[:port]"))
  var destination: String?

  @Option(help: .init("Connect to a Unix socket rather than a host.", valueName: "path"))
  var unix: String?

  @Option(
    help: .init(
      "Connect to a server on this host by its message queue, as /parley.control.",
      valueName: "queue"))
  var queue: String?

  @Option(
    help: .init(
      "The mode of the reply queue: 600, or 620 or 622 where the server is another user.",
      valueName: "mode"))
  var queueMode = "600"

  @Option(help: .init("Who you are.", valueName: "name"))
  var name: String?

  @Option(
    help: .init(
      "Open this room rather than those that the server opens; may be given several times.",
      valueName: "room"))
  var room: [String] = []

  @Flag(help: "Encrypt, and believe a certificate that an authority of the system signed.")
  var tls = false

  @Flag(help: "Encrypt, and believe the certificate that the server had at the first time.")
  var tlsPin = false

  @Option(help: "When to use colours: auto, always or never.")
  var color = ChatOptions.Colour.auto

  @Flag(help: "Do not ring the bell on mentions and direct messages.")
  var noBell = false

  @Flag(help: "Print lines alone and move no cursor, as screen readers like it.")
  var plain = false

  @Flag(help: "Print events and answers as JSON, one object a line.")
  var json = false

  @Flag(help: "Say every line as it is, also one that looks like a command.")
  var verbatim = false

  @Flag(help: "Go on after the end of the input, until a signal ends it.")
  var follow = false

  func validate() throws {
    _ = try self.options()
  }

  func run() async throws {
    var options = try self.options()
    let environment = ProcessInfo.processInfo.environment
    guard let queue = self.queue, let mode = UInt32(self.queueMode, radix: 8) else {
      throw ExitCode(await ChatSession.run(options, environment: environment))
    }
    let bridge = try QueueBridge(
      control: queue, mode: mode, in: FileManager.default.temporaryDirectory.path)
    options.destination = .queue(name: queue, socket: bridge.path)
    let ended = AsyncStream.makeStream(of: Void.self)
    Thread.detachNewThread {
      bridge.run()
      ended.continuation.finish()
    }
    let code = await ChatSession.run(options, environment: environment)
    bridge.stop()
    // Its reply queue is removed by then.
    for await _ in ended.stream {}
    throw ExitCode(code)
  }

  private func options() throws -> ChatOptions {
    var options = ChatOptions()
    options.name = self.name
    if let text = self.destination {
      guard let (name, destination) = Destination.parse(text) else {
        throw ValidationError(
          "'\(text)' is not [NAME@]HOST[:PORT], such as ana@chat.example.org:6789; a port is 1 to "
            + "65535")
      }
      guard self.unix == nil else {
        throw ValidationError("a host or --unix, not both; --name says who you are")
      }
      options.destination = destination
      if let name {
        guard self.name == nil || self.name == name else {
          throw ValidationError("'\(text)' and --name say different names: give one of them")
        }
        options.name = name
      }
    } else if let path = self.unix {
      options.destination = .unix(path: path)
    }
    if let queue = self.queue {
      guard self.destination == nil, self.unix == nil else {
        throw ValidationError("a host, --unix or --queue, one of them; --name says who you are")
      }
      guard queue.hasPrefix("/") else {
        throw ValidationError("a queue's name begins with '/', as /parley.control")
      }
      guard ["600", "620", "622"].contains(self.queueMode) else {
        throw ValidationError("--queue-mode is 600, 620 or 622: nobody else may read the queue")
      }
    }
    guard !self.tls || !self.tlsPin else { throw ValidationError("--tls or --tls-pin, not both") }
    guard self.unix == nil && self.queue == nil || !(self.tls || self.tlsPin) else {
      throw ValidationError("a Unix socket or a queue needs no TLS")
    }
    options.encryption = self.tls ? .verified : self.tlsPin ? .pinned : .none
    options.rooms = self.room.map { $0.hasPrefix("#") ? String($0.dropFirst()) : $0 }
    options.colour = self.color
    options.rings = !self.noBell
    options.isPlain = self.plain
    options.printsJSON = self.json
    options.isVerbatim = self.verbatim
    options.follows = self.follow
    return options
  }
}

extension ChatOptions.Colour: ExpressibleByArgument {}
