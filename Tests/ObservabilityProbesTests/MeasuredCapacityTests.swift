import AuditModel
import Facts
import LoopbackServers
import Testing

@testable import ObservabilityProbes

@Suite("Declared capacity against what was measured")
struct MeasuredCapacityTests {
  private static let declared: JSONObject = [
    "windowMinutes": 60, "growth": 3,
    "services": [
      ["service": "a\"b\\c", "instances": 3, "cpu": 2, "memoryMiB": 64, "files": 100], ["service": "worker"],
    ],
    "limits": [["name": "sessions", "query": "sum(sessions)", "limit": 97]],
  ]

  @Test("each declared limit has one question, with the service's name as text and a window that holds two scrapes")
  func questions() {
    let plan = CapacityDeclaration(["capacity": .object(Self.declared), "serviceLabel": "app"])
    #expect(plan.window == 3600)
    #expect(plan.step == 15)
    #expect(plan.limits.map(\.name) == ["a\"b\\c cpu", "a\"b\\c memory", "a\"b\\c files", "sessions"])
    #expect(plan.limits[0].expression == "max(rate(process_cpu_seconds_total{app=\"a\\\"b\\\\c\"}[60s]))")
    #expect(plan.limits[1].most == 67_108_864)
    #expect(plan.services.map(\.instances) == [3, nil])
    #expect(CapacityDeclaration(["capacity": ["windowMinutes": 1440]]).step == 360)
    #expect(CapacityDeclaration([:]).limits.isEmpty)
  }

  @Test("peaks, shares, growth and the part of the window that was measured are reckoned")
  func reckoning() {
    let plan = CapacityDeclaration(["capacity": .object(Self.declared)])
    let points = [(time: 1000.0, value: 10.0), (time: 2785, value: 48.5), (time: 2785, value: 20)]
    let fact = MeasuredCapacity.resource(plan.limits[3], of: plan, points: points)
    #expect(fact["peak"] == 48.5)
    #expect(fact["shareUsed"] == 0.5)
    #expect(fact["shareAfterGrowth"] == 1.5)
    #expect(fact["spanShare"] == 0.5)
    let blind = MeasuredCapacity.resource(plan.limits[3], of: plan, points: nil)
    for name in ["peak", "shareUsed", "shareAfterGrowth", "spanShare"] { #expect(blind[name] == .null) }
    let service = MeasuredCapacity.service(
      plan.services[0], counts: [(time: 2, value: 4), (time: 1, value: 1)], since: 0)
    #expect(service["running"] == 4)
    #expect(service["fewest"] == 1)
    #expect(service["short"] == 0)
    #expect(service["beyond"] == 1)
    #expect(MeasuredCapacity.service(plan.services[0], counts: nil, since: 0)["short"] == .null)
    #expect(MeasuredCapacity.service(plan.services[1], counts: [(time: 1, value: 1)], since: 0)["short"] == .null)
    for (value, running) in [(-1e300, 0), (-1, 0), (1e300, 1_000_000_000)] {
      let extreme = MeasuredCapacity.service(plan.services[0], counts: [(time: 1, value: value)], since: 0)
      #expect(extreme["running"] == .integer(running))
      #expect(extreme["fewest"] == .integer(running))
    }
  }

  @Test("a service whose series has ended does not run, however many of it there once were")
  func ended() throws {
    let service = CapacityDeclaration(["capacity": .object(Self.declared)]).services[0]
    let old = [(time: 1000.0, value: 3.0), (time: 1360, value: 3)]
    let gone = MeasuredCapacity.service(service, counts: old, since: 1361)
    #expect(gone["running"] == 0)
    #expect(gone["fewest"] == 0)
    #expect(gone["short"] == 3)
    let there = MeasuredCapacity.service(service, counts: old, since: 1360)
    #expect(there["running"] == 3)
    #expect(there["short"] == 0)
  }

  @Test("what is declared beyond what is looked at is a gap")
  func omissions() {
    func plan(services: Int, limits: Int) -> CapacityDeclaration {
      let service: JSONValue = ["service": "a", "instances": 1]
      let limit: JSONValue = ["name": "a", "query": "a", "limit": 1]
      return CapacityDeclaration([
        "capacity": [
          "services": .array(Array(repeating: service, count: services)),
          "limits": .array(Array(repeating: limit, count: limits)),
        ]
      ])
    }
    #expect(plan(services: 50, limits: 100).omissions.isEmpty)
    #expect(plan(services: 51, limits: 0).omissions.map(\.path) == ["services", "resources"])
    #expect(plan(services: 0, limits: 101).omissions.map(\.path) == ["resources"])
    #expect(
      plan(services: 0, limits: 101).omissions.first?.reason == "of 101 declared limits the first 100 are looked at")
  }

  @Test("a real Prometheus is asked, and what it does not measure is unknown")
  func real() async throws {
    let prometheus = try PrometheusServer.start(
      """
      global: { scrape_interval: 1s, evaluation_interval: 1s }
      scrape_configs:
        - { job_name: self, static_configs: [{ targets: ["127.0.0.1:PORT"] }] }

      """)
    func settings(_ capacity: JSONObject) -> JSONObject {
      ["url": .string("http://127.0.0.1:\(prometheus.port)"), "capacity": .object(capacity)]
    }
    let own: JSONObject = ["service": "self", "instances": 1, "cpu": 64, "memoryMiB": 65_536, "files": 100_000]
    let room = await RealServerTests.look(
      MeasuredCapacityProbe(), at: settings(["windowMinutes": 0.25, "growth": 2, "services": [.object(own)]])
    ) { look in (look["resources"]?.array ?? []).allSatisfy { $0["peak"] != .null } && look["services.0.running"] == 1 }
    for check in ["capacity-limits-have-headroom", "capacity-limits-bear-growth", "capacity-instances-as-declared"] {
      let ruling = try room.ruling(check)
      #expect(ruling.status == .pass, "\(check): \(ruling)")
    }
    #expect(room["resources"]?.array?.count == 3)
    #expect(room.gaps == [])
    let tight = await Look(
      MeasuredCapacityProbe(),
      at: settings([
        "windowMinutes": 0.25, "growth": 2, "services": [["service": "self", "instances": 2, "memoryMiB": 1]],
        "limits": [["name": "tickets", "query": "sum(tickets_left)", "limit": 10]],
      ]))
    #expect(try tight.ruling("capacity-limits-have-headroom").subjects == ["self memory"])
    #expect(try tight.ruling("capacity-limits-have-headroom").status == .fail)
    #expect(try tight.ruling("capacity-limits-bear-growth").status == .fail)
    #expect(try tight.ruling("capacity-instances-as-declared").status == .fail)
    #expect(tight["resources.1.peak"] == .null)
    #expect(tight.gaps == ["resources[tickets]"])
    // A day of which seconds were measured is worth no more than a warning; what was never asked well is unknown.
    let short = await Look(
      MeasuredCapacityProbe(), at: settings(["services": [["service": "self", "memoryMiB": 65_536]]]))
    #expect(try short.status("capacity-limits-have-headroom") == .warn)
    let wrong = await Look(
      MeasuredCapacityProbe(), at: settings(["limits": [["name": "x", "query": "sum(", "limit": 1]]]))
    #expect(try wrong.status("capacity-limits-have-headroom") == .unknown)
    #expect(wrong.gaps == ["resources[x]"])
  }
}
