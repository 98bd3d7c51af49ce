import FoundationEssentials

/// The services of the platform, each a process of its own.
enum ServiceName: String, Codable, CaseIterable, Sendable {
  /// Answers the public.
  case api
  /// Works through the queue of pages to read.
  case processing
  /// Finds events in a page.
  case extraction
  /// Takes mail, and hands whoever asks for TLS on.
  case mail
  /// Shows what runs in containers, and starts it again.
  case engine
  /// Tells what was deployed, as Coolify does.
  case coolify
  /// Takes bookings, and is cut off from what it needs.
  case booking

  /// Those that speak HTTP and have a health endpoint.
  static let overHTTP: [ServiceName] = [.api, .processing, .extraction]
}

/// What a service is told at its start, in a file.
struct ServiceSettings: Codable, Sendable {
  /// Which service it is.
  var name: ServiceName
  /// The loopback port it listens on.
  var port: Int
  /// The database it depends on; nil where it has none.
  var database: DatabaseAddress?
  /// The port of the extraction service; nil where it does not call it.
  var extractionPort: Int?
  /// The port of the site that it looks at all the time; nil where it looks at none.
  var sitePort: Int?
  /// How it reports on itself.
  var health = HealthManner()
  /// How many database sessions it opens at its start and keeps, besides those it needs.
  var hoardedSessions = 0
  /// The pooler to which it keeps connections; nil for none.
  var pooler: DatabaseAddress?
  /// How many.
  var pooledSessions = 0
  /// How it treats those who ask; of the api service.
  var api = APIManner()
  /// What else is wrong with an instance of the api service behind a balancer; nil for all that are none.
  var strain: Strain?
  /// How old an order is before the processing service takes it, in milliseconds.
  var queueMilliseconds = 0
  /// What the mail front does; nil for the others.
  var mail: MailSettings?
  /// The containers of the engine; nil for the others.
  var engine: EngineSettings?
  /// What Coolify tells; nil for the others.
  var coolify: CoolifySettings?
  /// What the booking service depends on; nil for the others.
  var booking: BookingSettings?
  /// The working folder of the platform; nil for those that start nothing.
  var folder: String?
  /// The file with the key that tokens are signed with; nil where it reads none.
  var tokenKeyFile: String?
  /// Who watches it; nil for nobody.
  var watch: WatchSettings?

  /// Writes the settings to the file at `path`.
  func write(to path: String) throws(GroundFailure) {
    guard let data = try? JSONEncoder().encode(self) else { throw GroundFailure("cannot encode \(path)") }
    try Files.write(String(decoding: data, as: UTF8.self), to: path)
  }

  /// Reads the settings in the file at `path`.
  init(path: String) throws(GroundFailure) {
    guard let bytes = Files.bytes(at: path),
      let settings = try? JSONDecoder().decode(ServiceSettings.self, from: Data(bytes))
    else { throw GroundFailure("cannot read the settings in \(path)") }
    self = settings
  }

  /// Settings of a service.
  init(name: ServiceName, port: Int) {
    self.name = name
    self.port = port
  }
}
