import Facts
package import LoadScripts
package import Probing
package import Transport

/// A script made ready to run: where to, with what, and which part of it.
package struct LoadPlan: Sendable {
  /// A part of a plan: arrival `k` belongs to shard `k mod count`.
  package struct Shard: Sendable, Hashable {
    /// From 1.
    package var number: Int
    /// In all.
    package var count: Int

    /// The whole.
    package static let whole = Shard(number: 1, count: 1)

    /// Shard `number` (from 1) of `count`; nil where there is no such shard.
    package init?(_ number: Int, of count: Int) {
      guard (1...10_000).contains(count), (1...count).contains(number) else { return nil }
      self.number = number
      self.count = count
    }

    private init(number: Int, count: Int) {
      self.number = number
      self.count = count
    }
  }

  /// A host that may be loaded, with where it is.
  struct Place: Sendable {
    var origin: LoadURL.Origin
    var addresses: [SocketAddress]
  }

  /// Why a plan cannot be made.
  package enum Failure: Error, Sendable {
    /// The script or the options say something that cannot be run; in one line of lower case.
    case unusable(String)
    /// A host cannot be found.
    case unreachable(String)
    /// A host may not be loaded without consent.
    case notPermitted(String)
  }

  let script: LoadScript
  let base: LoadURL
  let files: PayloadFiles
  let seed: UInt64
  let shard: Shard
  let threads: Int
  let tls: EventTLS
  let places: [Place]
  let endpoints: [LoadEndpoint]
  let resultPlan: LoadResult.Plan
  let variables: JSONObject
  let instanceHeader: String?

  /// Makes a script ready.
  ///
  /// - Parameters:
  ///   - target: where relative URLs lead, instead of where the script says.
  ///   - hosts: hosts beyond this machine that may be loaded; nil where all may that the script names.
  ///   - digest: what tells this script from others.
  ///   - trust: the roots that servers have to prove themselves by.
  ///   - instanceHeader: the field in which each instance behind one address names itself.
  ///   - threads: event loops, each on a thread of its own.
  package init(
    _ script: LoadScript, target: String?, hosts: [String]?, files: PayloadFiles, digest: String, seed: UInt64,
    shard: Shard = .whole, threads: Int = 1, environment: [String: String], folder: String, trust: TrustStore,
    instanceHeader: String? = nil, deadline: Deadline
  ) throws(Failure) {
    guard let text = target ?? script.target else {
      throw .unusable("there is no target: the script names none in `config.target`, and none was given")
    }
    guard let base = LoadURL(text) else { throw .unusable("the target \(text) is no http or https URL") }
    if let missing = script.unresolved.first(where: { $0.feature != "target" || target == nil }) {
      throw .unusable(missing.reason)
    }
    self.script = script
    self.base = base
    self.files = files
    self.seed = seed
    self.shard = shard
    self.threads = max(1, threads)
    self.instanceHeader = instanceHeader
    do throws(TransportFailure) {
      tls = try EventTLS(trust: script.http.verifiesServer ? trust : nil)
    } catch {
      throw .unusable(error.sentence)
    }
    var places: [Place] = []
    for origin in [base.origin] + Self.origins(of: script) where !places.contains(where: { $0.origin == origin }) {
      guard origin.isLoopback || hosts == nil || hosts?.contains(origin.host) == true else {
        throw .notPermitted(origin.host)
      }
      do throws(TransportFailure) {
        let endpoint = Endpoint(host: origin.host, port: origin.port)
        places.append(Place(origin: origin, addresses: try NameResolution.addresses(of: endpoint, before: deadline)))
      } catch {
        throw .unreachable("\(origin.authority): \(error.sentence)")
      }
    }
    self.places = places
    endpoints = LoadEndpoint.all(of: script)
    let seconds = script.seconds ?? 0
    resultPlan = LoadResult.Plan(
      digest: digest, seed: Int(truncatingIfNeeded: seed & (1 << 53 - 1)),
      target: "\(base.origin.isSecure ? "https" : "http")://\(base.origin.authority)\(base.target)",
      endpoints: endpoints, scenarios: script.scenarios.map(\.name),
      phases: script.phases.enumerated().map { $0.element.name ?? "phase \($0.offset + 1)" }, seconds: seconds,
      binSeconds: max(1, Int((seconds / 240).rounded(.up))), apdexMilliseconds: script.apdexMilliseconds,
      shards: shard.count)
    let all = JSONValue.object(JSONObject(environment.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
    variables = [
      "$env": all, "$processEnvironment": all, "$dirname": .string(folder), "target": .string(text),
      "$testId": .string("run-\(String(seed, radix: 36))"),
      "$environment": script.environmentName.map { .string($0) } ?? nil,
    ]
  }

  /// The origins that a script names in its URLs.
  private static func origins(of script: LoadScript) -> [LoadURL.Origin] {
    var found: [LoadURL.Origin] = []
    func visit(_ steps: [LoadStep]) {
      for step in steps {
        switch step {
        case .request(let request):
          if let plain = request.url.plain, let url = LoadURL(plain) { found.append(url.origin) }
        case .loop(let loop): visit(loop.steps)
        case .parallel(let steps, _): visit(steps)
        case .think, .log: break
        }
      }
    }
    for scenario in script.scenarios { visit(scenario.flow) }
    visit(script.before)
    visit(script.after)
    return found
  }
}
