import HTTPExchange
import Probing

/// What the stylesheets of a site's own answer, each asked for once for all pages, within a budget of requests, bytes and
/// time. Blocks: only on a lane.
struct Stylesheets {
  /// The most stylesheets of one page that are looked at.
  static let mostOfOnePage = 10
  /// The most that are asked for in one look.
  static let most = 40
  /// The most content of one that is read, in bytes.
  static let longest = 1 << 20
  /// The most content of all of them that is read, in bytes.
  private static let mostContent = 4 << 20
  /// The longest that one may take, in milliseconds.
  private static let patience = 3000

  private let questioner: Questioner
  private var known: [HTTPURL: Answer] = [:]
  private var asked = 0
  /// Bytes that may still be read.
  private var room = mostContent
  /// Milliseconds that may still go by: half of the look's time at first, since pages matter more.
  private var time: Int

  init(asking questioner: Questioner) {
    self.questioner = questioner
    time = questioner.client.deadline.millisecondsLeft / 2
  }

  /// What the server says to a stylesheet's URL; nil where it says nothing, so that the next page asks again, and where the
  /// budget is spent. Throws where the run was called off.
  mutating func answer(to url: HTTPURL) throws(Silence) -> Answer? {
    if let answer = known[url] { return answer }
    guard asked < Self.most, room > 0, time > 0 else { return nil }
    asked += 1
    let deadline = questioner.client.deadline
    let hurried = Client(
      destination: questioner.destination, deadline: deadline.capped(milliseconds: min(time, Self.patience)),
      traffic: questioner.client.traffic)
    var request = HTTPRequest(.get, url)
    request.contentLimit = min(room, Self.longest)
    let began = deadline.millisecondsLeft
    let answer = try Questioner(client: hurried).ask(request, presenting: .declared).answer
    time -= max(0, began - deadline.millisecondsLeft)
    room -= answer?.response.body.count ?? 0
    known[url] = answer
    return answer
  }
}
