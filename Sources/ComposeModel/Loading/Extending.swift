import AuditModel

extension ModelLoading {
  /// A service or a job of a file, to tell a circle by.
  private struct Link: Hashable {
    var file: String
    var service: String
  }

  /// Resolves `extends` in every service and job of a document: each extends one of its own kind.
  mutating func applyExtends(to document: inout ComposeNode, of file: ComposeSources.File, in context: Context) {
    guard var root = document.map else { return }
    for section in ContainerSections.all {
      guard let node = root[section], var services = node.map else { continue }
      var context = context
      context.section = section
      for entry in services.entries where entry.value["extends"] != nil {
        let value = extended(entry.name, among: services, of: file, folder: context.folder, in: context, through: [])
        if let value { services.set(ComposeMap.Entry(name: entry.name, place: entry.place, value: value)) }
      }
      root[section] = node.replaced(by: .map(services))
    }
    document.content = .map(root)
  }

  private mutating func extended(
    _ name: String, among services: ComposeMap, of file: ComposeSources.File, folder: String, in context: Context,
    through chain: [Link]
  ) -> ComposeNode? {
    guard let service = services[name], let map = service.map, let extends = map["extends"] else {
      return services[name]
    }
    let link = Link(file: file.path, service: name)
    guard !chain.contains(link), chain.count < 100 else {
      add("circle", "the service `\(name)` extends itself in a circle", at: extends.place)
      return nil
    }
    var own = map
    own["extends"] = nil
    let bare = service.replaced(by: .map(own))
    guard let wanted = extends.text ?? extends["service"]?.text else {
      add("wrong-type", "`extends` must name a service", at: extends.place)
      return bare
    }
    var base: ComposeNode?
    if let path = extends["file"]?.text {
      base = extendedFromFile(path, wanted, extends, of: file, folder: folder, in: context, through: chain + [link])
    } else if services[wanted] != nil {
      base = extended(wanted, among: services, of: file, folder: folder, in: context, through: chain + [link])
    } else {
      add("undefined-service", "`\(name)` extends `\(wanted)`, which is no service here", at: extends.place)
    }
    guard let base else { return bare }
    var merge = Merge(keepsResets: true)
    let place = TreePath([context.section, name])
    let result = merge.merged(base, with: bare, at: place)
    add(merge.problems)
    return Uniqueness.enforced(result, at: place)
  }

  private mutating func extendedFromFile(
    _ path: String, _ wanted: String, _ extends: ComposeNode, of file: ComposeSources.File, folder: String,
    in context: Context, through chain: [Link]
  ) -> ComposeNode? {
    guard !path.contains("://") else {
      add("remote", "files from elsewhere are not fetched: `extends` names a URL", at: extends.place)
      return nil
    }
    let other = PathText.beside(file, in: folder, path)
    guard let documents = documents(of: other, namedAt: extends.place) else { return nil }
    keep(context, for: other)
    var services = ComposeMap()
    for document in documents {
      let document = AdoptedExtensions.promoted(in: interpolated(document, in: context))
      for entry in document[context.section]?.map?.entries ?? [] { services.set(entry) }
    }
    guard services[wanted] != nil else {
      add("undefined-service", "\(other.shown) has no service `\(wanted)`", at: extends.place)
      return nil
    }
    let otherFolder = PathText.folder(of: other.path)
    guard
      var base = extended(wanted, among: services, of: other, folder: otherFolder, in: context, through: chain)
    else { return nil }
    // Its paths are relative to its own file; a build that names no folder is that of the project all the same.
    let namesFolder = base["build"]?.text != nil || base["build"]?["context"] != nil
    var forms = LongForms()
    forms.service(&base, named: wanted)
    add(forms.problems)
    if !namesFolder, var map = base.map, let node = map["build"], var build = node.map {
      build["context"] = nil
      map["build"] = node.replaced(by: .map(build))
      base.content = .map(map)
    }
    PathResolution(folder: otherFolder, home: context.environment["HOME"]).resolve(service: &base)
    return base
  }
}
