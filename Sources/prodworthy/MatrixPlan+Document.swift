import Engine
import Facts

extension ValidationMatrix.Plan {
  /// The plan that a document of the right shape describes.
  init(document: JSONValue) {
    func texts(_ value: JSONValue?) -> [String] { value?.array?.compactMap(\.string) ?? [] }
    let services = (document["services"]?.array ?? []).map { service in
      ValidationMatrix.Service(
        name: service["name"]?.string ?? "", targets: texts(service["targets"]), shared: texts(service["shared"]),
        owner: service["owner"]?.string, without: texts(service["without"]))
    }
    let features = (document["features"]?.array ?? []).map {
      ValidationMatrix.Feature(name: $0["name"]?.string ?? "", services: texts($0["services"]))
    }
    let columns = document["columns"]?.array?.map {
      ValidationMatrix.Column($0["name"]?.string ?? "", texts($0["checks"]))
    }
    self.init(services: services, features: features, columns: columns ?? ValidationMatrix.Column.usual)
  }
}
