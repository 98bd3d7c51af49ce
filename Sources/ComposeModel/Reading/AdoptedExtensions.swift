/// Extensions that the specification took in later on: `x-develop` of a service is `develop`, and `x-initialSync` of what is
/// watched there is `initial_sync`.
enum AdoptedExtensions {
  /// A document in which they stand under the names they have now. What stands there already outweighs them.
  static func promoted(in document: ComposeNode) -> ComposeNode {
    guard var root = document.map, let node = root["services"], var services = node.map else { return document }
    for entry in services.entries where entry.value["x-develop"] != nil || entry.value["develop"] != nil {
      guard var service = entry.value.map else { continue }
      service["develop"] = develop(of: &service)
      services.set(
        ComposeMap.Entry(name: entry.name, place: entry.place, value: entry.value.replaced(by: .map(service))))
    }
    root["services"] = node.replaced(by: .map(services))
    return document.replaced(by: .map(root))
  }

  private static func develop(of service: inout ComposeMap) -> ComposeNode? {
    let own = service["develop"].map(withInitialSync)
    guard let adopted = service["x-develop"].map(withInitialSync) else { return own }
    service["x-develop"] = nil
    guard let own, !own.isNull else { return adopted }
    var merge = Merge(keepsResets: true)
    return adopted.map == nil || own.map == nil ? own : merge.merged(adopted, with: own, at: TreePath(["develop"]))
  }

  private static func withInitialSync(_ develop: ComposeNode) -> ComposeNode {
    guard var map = develop.map, let watch = map["watch"], let list = watch.list else { return develop }
    map["watch"] = watch.replaced(
      by: .list(
        list.map { element in
          guard var trigger = element.map, let adopted = trigger["x-initialSync"] else { return element }
          trigger["x-initialSync"] = nil
          if trigger["initial_sync"] == nil { trigger["initial_sync"] = adopted }
          return element.replaced(by: .map(trigger))
        }))
    return develop.replaced(by: .map(map))
  }
}
