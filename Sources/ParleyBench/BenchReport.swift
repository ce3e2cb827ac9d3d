import FoundationEssentials
import Glibc

/// What is counted while a run goes on.
struct BenchTally {
  var messages = 0
  var deliveries = 0
  /// Reads that brought at least one delivery.
  var reads = 0
  var first: UInt64 = 0
  var last: UInt64 = 0
  var lastAnswer: UInt64 = 0
  var latencies = LatencyHistogram()
  var faults = 0
  /// The first few, in words.
  var examples: [String] = []

  mutating func fault(_ what: String) {
    self.faults += 1
    if self.examples.count < 10 { self.examples.append(what) }
  }
}

/// What a run found.
package struct BenchReport: Codable, Sendable {
  package var dialect: String
  package var rooms: Int
  package var members: Int
  package var senders: Int
  package var window: Int
  package var size: Int
  package var rate: Int?
  package var messages: Int
  package var deliveries: Int
  package var seconds: Double
  package var deliveriesPerSecond: Double
  package var acknowledgedPerSecond: Double
  package var latencyMicroseconds: Latency
  /// Deliveries in one read of a receiver, on average: about what the server flushes at once.
  package var linesPerRead: Double
  package var serverCPUSeconds: Double?
  package var serverCPUMicrosecondsPerDelivery: Double?
  package var serverCPUMicrosecondsPerMessage: Double?
  /// By how much the server's memory grew while the messages passed.
  package var serverMemoryGrowthBytes: Int?
  /// How long those who had stalled took to read everything.
  package var caughtUpSeconds: Double?
  /// Deliveries lost, doubled, out of order or in the wrong room; 0 in a good run.
  package var faults: Int
  package var faultExamples: [String]
  package var hardware: Hardware

  /// From sending (in an open loop: from when it was due) to each receiver's read.
  package struct Latency: Codable, Sendable {
    package var p50: Double
    package var p99: Double
    package var max: Double
  }

  init(_ plan: BenchPlan, _ tally: BenchTally) {
    self.dialect = plan.dialect.rawValue
    self.rooms = plan.rooms
    self.members = plan.members
    self.senders = plan.senders
    self.window = plan.window
    self.size = plan.size
    self.rate = plan.rate
    self.messages = tally.messages
    self.deliveries = tally.deliveries
    self.seconds = Double(tally.last - min(tally.first, tally.last)) / 1e9
    let seconds = max(self.seconds, 1e-9)
    self.deliveriesPerSecond = Double(tally.deliveries) / seconds
    let answering = Double(tally.lastAnswer - min(tally.first, tally.lastAnswer)) / 1e9
    self.acknowledgedPerSecond = Double(tally.messages) / max(answering, 1e-9)
    self.latencyMicroseconds = Latency(
      p50: Double(tally.latencies.percentile(0.5)) / 1000,
      p99: Double(tally.latencies.percentile(0.99)) / 1000,
      max: Double(tally.latencies.max) / 1000)
    self.linesPerRead = Double(tally.deliveries) / Double(max(tally.reads, 1))
    self.faults = tally.faults
    self.faultExamples = tally.examples
    self.hardware = Hardware.here()
  }

  mutating func count(serverNanoseconds: UInt64) {
    self.serverCPUSeconds = Double(serverNanoseconds) / 1e9
    self.serverCPUMicrosecondsPerDelivery =
      Double(serverNanoseconds) / 1000 / Double(max(self.deliveries, 1))
    self.serverCPUMicrosecondsPerMessage =
      Double(serverNanoseconds) / 1000 / Double(max(self.messages, 1))
  }

  /// For programs.
  package func json() -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(self) else { return "{}" }
    return String(decoding: data, as: UTF8.self)
  }

  /// For people.
  package func text() -> String {
    var lines = [
      "\(self.dialect): \(self.rooms) rooms of \(self.members), \(self.senders) sending in each, "
        + (self.rate.map { "\($0) messages a second in all" } ?? "\(self.window) unanswered")
        + ", \(self.size) bytes",
      "messages       \(self.messages) in \(Self.fixed(self.seconds, 2)) s",
      "acknowledged   \(Self.fixed(self.acknowledgedPerSecond, 0)) a second",
      "deliveries     \(self.deliveries), \(Self.fixed(self.deliveriesPerSecond, 0)) a second",
      "latency        p50 \(Self.fixed(self.latencyMicroseconds.p50, 0)) µs, "
        + "p99 \(Self.fixed(self.latencyMicroseconds.p99, 0)) µs, "
        + "max \(Self.fixed(self.latencyMicroseconds.max, 0)) µs",
      "lines a read   \(Self.fixed(self.linesPerRead, 1))",
    ]
    if let total = self.serverCPUSeconds,
      let perDelivery = self.serverCPUMicrosecondsPerDelivery,
      let perMessage = self.serverCPUMicrosecondsPerMessage
    {
      lines.append(
        "server CPU     \(Self.fixed(total, 2)) s, \(Self.fixed(perDelivery, 3)) µs a delivery, "
          + "\(Self.fixed(perMessage, 1)) µs a message")
    }
    if let bytes = self.serverMemoryGrowthBytes {
      lines.append("server memory  \(bytes / 1_024) KiB more than before")
    }
    if let seconds = self.caughtUpSeconds {
      lines.append("caught up      after \(Self.fixed(seconds, 2)) s, those who had stalled")
    }
    lines.append(
      "on             \(self.hardware.cores) × \(self.hardware.processor), "
        + "Linux \(self.hardware.kernel), \(self.hardware.date)")
    lines.append(
      self.faults == 0
        ? "checked        every receiver got every message once and in order"
        : "FAULTS         \(self.faults), among them:")
    lines.append(contentsOf: self.faultExamples.map { "  \($0)" })
    return lines.joined(separator: "\n")
  }

  private static func fixed(_ value: Double, _ places: Int) -> String {
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let scaled = Int((value * scale).rounded())
    if places == 0 { return String(scaled) }
    let whole = scaled / Int(scale)
    let part = String(scaled % Int(scale))
    return "\(whole)." + String(repeating: "0", count: places - part.count) + part
  }
}

/// What a run was made on: a rate means nothing without it.
package struct Hardware: Codable, Sendable {
  package var cores: Int
  package var processor: String
  package var kernel: String
  package var date: String

  /// This machine, now.
  package static func here() -> Hardware {
    var system = utsname()
    uname(&system)
    let kernel = withUnsafeBytes(of: &system.release) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    return Hardware(
      cores: sysconf(Int32(_SC_NPROCESSORS_ONLN)), processor: Self.processor(), kernel: kernel,
      date: Self.today())
  }

  private static func processor() -> String {
    guard let file = fopen("/proc/cpuinfo", "r") else { return "unknown processor" }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 512)
    while fgets(&line, Int32(line.count), file) != nil {
      let text = String(
        decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      guard text.hasPrefix("model name"), let colon = text.firstIndex(of: ":") else { continue }
      return String(text[colon...].dropFirst(2).prefix { $0 != "\n" })
    }
    return "unknown processor"
  }

  private static func today() -> String {
    var now = time(nil)
    var parts = tm()
    gmtime_r(&now, &parts)
    var text = [CChar](repeating: 0, count: 32)
    let count = strftime(&text, text.count, "%Y-%m-%d", &parts)
    return String(decoding: text.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
