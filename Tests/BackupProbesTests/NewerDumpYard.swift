import Foundation
import LoopbackPostgres

/// A cluster of another PostgreSQL, dumped by its own pg_dump in every format and compression it has, and then stopped.
final class NewerDumpYard: Sendable {
  /// Where the dumps are.
  let folder: String

  /// The dumps of the PostgreSQL whose pg_dump knows LZ4 and Zstandard; made once for all tests.
  static let compressing = Result {
    guard let build = OtherBuild.compressing else { throw Script.Failure(description: "there is no such build") }
    return try NewerDumpYard(build, compressions: ["gzip", "lz4", "zstd", "zstd:level=19,long"])
  }

  init(_ build: OtherBuild, compressions: [String]) throws {
    var template = Array("/tmp/prodworthy-newer-yard-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Script.Failure(description: "no temporary folder") }
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    // The folder is removed when this process is gone, however it went.
    try Script.run(
      "setsid sh -c 'while kill -0 \(getpid()) 2>/dev/null; do sleep 1; done; rm -rf \"\(folder)\"' >/dev/null 2>&1 </dev/null &"
    )
    // Where the account may not go, the programs are copied; their libraries lie beside or two folders above them.
    try Script.run(
      #"""
      T=$(cd "$2/../../.." && pwd)
      mkdir "$1/build"
      (cd "$T" && tar -cf - "$(basename "$(dirname "$(dirname "$2")")")" $(ls | grep -x '.*\.libs' || true)) |
        tar -xf - -C "$1/build" --exclude='*.a' --exclude=pginstall18/lib/bitcode
      [ "$(id -u)" != 0 ] || chown -R postgres "$1"
      """#, [folder, build.programs.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/bin"])
    try Script.run(Self.script, [folder, build.description] + compressions, asAccount: true)
  }

  private static let script = #"""
    F=$1; P=$(ls -d "$F"/build/*/"$2"/bin); shift 2; cd "$F"; export HOME="$F"
    mkdir dumps
    "$P/initdb" -D data --auth=trust --username=postgres --no-sync --no-locale --encoding=UTF8 >/dev/null
    cat >>data/postgresql.conf <<C
    listen_addresses = ''
    unix_socket_directories = '$F'
    dynamic_shared_memory_type = mmap
    shared_buffers = 16MB
    fsync = off
    C
    "$P/pg_ctl" -D data -l server.log -w start >/dev/null
    trap '"$P/pg_ctl" -D data -m immediate stop >/dev/null 2>&1' EXIT
    psql="$P/psql -qXAt -v ON_ERROR_STOP=1 -h $F -U postgres"
    $psql -d postgres -c 'CREATE DATABASE events' -c 'CREATE ROLE other'
    $psql -d events <<'S'
    CREATE TABLE orders (id int PRIMARY KEY, note text);
    INSERT INTO orders SELECT n, translate(md5(n::text), '0123456789abcdef', 'eeeettaaoi nsr,ü') || repeat('!', n % 7) FROM generate_series(1, 6000) n;
    CREATE TABLE "odd, (names)" ("a, b" text, "c)" text, "d""e" bytea, twice int GENERATED ALWAYS AS (2) STORED);
    INSERT INTO "odd, (names)" VALUES (E'tab\there \\ \\N', NULL, '\x00ff09'), (E'\b\f\n\r\v', '\.', ''), ('𝄞', '', NULL);
    CREATE TABLE nothing ();
    INSERT INTO nothing DEFAULT VALUES;
    CREATE TABLE vacant (id int);
    CREATE TABLE parts (id int) PARTITION BY RANGE (id);
    CREATE TABLE parts_low PARTITION OF parts FOR VALUES FROM (0) TO (10);
    INSERT INTO parts VALUES (1), (2);
    CREATE MATERIALIZED VIEW sums AS SELECT count(*) FROM orders;
    SELECT lo_from_bytea(4711, decode(repeat('00ff', 3000), 'hex'));
    SELECT lo_from_bytea(4712, 'second');
    ALTER LARGE OBJECT 4712 OWNER TO other;
    S
    pg="-h $F -U postgres"
    for C in "$@"; do
      N=${C%%:*}; [ "$N" = "$C" ] || N=$N-long
      "$P/pg_dump" $pg -Fc --compress="$C" -f "dumps/$N.dump" events
      "$P/pg_dump" $pg -Fc --compress="$C" events >"dumps/$N-redirected.dump"
      "$P/pg_dump" $pg -Fc --compress="$C" events | cat >"dumps/$N-piped.dump"
      "$P/pg_dump" $pg -Fd --compress="$C" -f "dumps/$N.dir" events
      "$P/pg_dump" $pg -Fp --compress="$C" -f "dumps/$N.sql" events
    done
    "$P/pg_dump" $pg -Fc --compress=none -f dumps/none.dump events
    "$P/pg_dump" $pg -Fd --compress=none -f dumps/none.dir events
    "$P/pg_dump" $pg -Fp -f dumps/none.sql events
    "$P/pg_dump" $pg -Ft -f dumps/none.tar events
    """#
}
