import FoundationEssentials
package import Glibc

/// What a process holds and has used, as the kernel counts it (proc(5)).
package struct ProcessFigures: CustomStringConvertible {
  package var memoryKiB: Int
  package var threads: Int
  package var descriptors: Int
  package var cpuMilliseconds: Int

  /// Reads the figures of a process; 0 for what cannot be read.
  package init(_ process: pid_t) {
    let status = Self.text("/proc/\(process)/status").split(separator: "\n")
    func number(_ key: String) -> Int {
      let line = status.first { $0.hasPrefix(key) } ?? ""
      return line.split(whereSeparator: { $0 == " " || $0 == "\t" }).lazy.compactMap { Int($0) }
        .first
        ?? 0
    }
    self.memoryKiB = number("VmRSS:")
    self.threads = number("Threads:")
    let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd")
    self.descriptors = names?.count ?? 0
    // After the name, which may hold anything: the state is field 3, utime and stime 14 and 15.
    let stat = Self.text("/proc/\(process)/stat")
    let fields = (stat.split(separator: ")").last ?? "").split(separator: " ")
    let ticks = fields.count > 12 ? (Int(fields[11]) ?? 0) + (Int(fields[12]) ?? 0) : 0
    self.cpuMilliseconds = ticks * 1_000 / max(1, sysconf(Int32(_SC_CLK_TCK)))
  }

  private static func text(_ path: String) -> String {
    (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
  }

  package var description: String {
    "\(self.memoryKiB) KiB, \(self.threads) threads, \(self.descriptors) open files"
  }
}
