import Probing

/// The small web servers of the recovery wing, each a real nginx that can be stopped and started again while the platform
/// runs.
enum RecoveryUnits {
  /// Where they lie.
  static func folder(in site: Site) -> String { "\(site.folder.path)/recovery" }

  /// The script that stops and starts them.
  private static func script(in site: Site) -> String { "\(folder(in: site))/unit" }

  /// The words of a command that does `verb` to the server called `name`.
  static func command(_ verb: String, _ name: String, _ further: [String] = [], in site: Site) -> [String] {
    ["sh", script(in: site), verb, name] + further
  }

  /// Writes the script. A server lives where all processes of the platform do, by which it is found when that is taken down.
  static func writeScript(in site: Site) throws(GroundFailure) {
    try Files.makeFolder(folder(in: site))
    try Files.write(
      """
      # Usage: unit start|start-and-fail|stop NAME [PORT]
      # With a port the server is put on the balancer's list, or taken off it.
      cd "$(dirname "$0")/../run" || exit 1
      server="../recovery/$2"
      pid="$server/nginx.pid"
      list="../recovery/balancer/further.conf"
      reload() { kill -HUP "$(cat ../recovery/balancer/nginx.pid)"; }
      case "$1" in
        start | start-and-fail)
          if [ ! -s "$pid" ]; then
            nginx -p "$server/" -c nginx.conf -e error.log || exit 1
            while [ ! -s "$pid" ]; do sleep 0.02; done
          fi
          if [ -n "$3" ]; then
            echo "server 127.0.0.1:$3 max_fails=1 fail_timeout=1s;" > "$list"
            reload
          fi
          [ "$1" = start ] || exit 1
          ;;
        stop)
          if [ -n "$3" ]; then
            : > "$list"
            reload
          fi
          if [ -s "$pid" ]; then
            kill -TERM "$(cat "$pid")"
            while [ -e "$pid" ]; do sleep 0.02; done
          fi
          ;;
        *) exit 64 ;;
      esac

      """, to: script(in: site))
  }

  /// Writes the configuration of the server called `name`, with what its section `http` holds.
  static func write(_ name: String, _ content: String, in site: Site) throws(GroundFailure) {
    let folder = "\(folder(in: site))/\(name)"
    try Files.makeFolder(folder)
    try Files.makeFolder("\(folder)/tmp")
    try Files.write(
      """
      pid nginx.pid;
      error_log error.log warn;
      worker_processes 1;
      events { worker_connections 256; }
      http {
        access_log off;
        server_tokens off;
        client_body_temp_path tmp/body;
        proxy_temp_path tmp/proxy;
        fastcgi_temp_path tmp/fastcgi;
        uwsgi_temp_path tmp/uwsgi;
        scgi_temp_path tmp/scgi;
        default_type application/json;
      \(content)
      }

      """, to: "\(folder)/nginx.conf")
  }

  /// Starts the server called `name`, which listens on `port`.
  static func start(_ name: String, on port: Int, in site: Site) throws(GroundFailure) -> AwaitedPart {
    try site.launcher.account?.own("\(folder(in: site))/\(name)")
    let part = try site.launcher.start(
      [Edge.program(), "-p", "../recovery/\(name)/", "-c", "nginx.conf", "-e", "error.log", "-g", "daemon off;"],
      log: "recovery-\(name)", asAccount: true)
    return AwaitedPart(part: part) { Ports.isOpen(port) }
  }
}
