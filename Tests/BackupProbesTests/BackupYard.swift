import Foundation

/// A real PostgreSQL cluster that was saved in every way the tests look at, and then stopped.
final class BackupYard: Sendable {
  /// Made once for all tests.
  static let shared = Result { try BackupYard() }

  let folder: String
  /// The time of the last row written before the log was archived for the last time, in seconds since 1970.
  let heartbeat: Int

  private init() throws {
    folder = "/tmp/prodworthy-backup-yard-\(getpid())"
    try? FileManager.default.removeItem(atPath: folder)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    if geteuid() == 0 { try Script.run("chown postgres \"$1\"", [folder]) }
    // The folder is removed when this process is gone, however it went.
    try Script.run(
      "setsid sh -c 'while kill -0 \(getpid()) 2>/dev/null; do sleep 1; done; rm -rf \"\(folder)\"' >/dev/null 2>&1 </dev/null &"
    )
    let output = try Script.run(Self.script, [folder], asAccount: true)
    heartbeat = output.split(separator: "\n").compactMap { Int($0) }.last ?? 0
  }

  private static let script = #"""
    F=$1; cd "$F"; export HOME="$F"
    P=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)
    cat >pgbackrest.conf <<C
    [global]
    repo1-path=$F/repo
    repo1-cipher-type=aes-256-cbc
    repo1-cipher-pass=canary-cipher-pass
    repo1-retention-full=2
    lock-path=$F/lock
    log-path=$F/log
    spool-path=$F/spool
    compress-type=none
    process-max=2
    start-fast=y
    log-level-console=off
    log-level-file=off
    [events]
    pg1-path=$F/data
    pg1-port=5432
    pg1-socket-path=$F
    pg1-user=postgres
    C
    mkdir repo lock log spool dumps
    pgbackrest --config="$F/pgbackrest.conf" --stanza=events info --output=json >empty.json
    "$P/initdb" -D data --auth=trust --username=postgres --no-sync --no-locale --encoding=UTF8 >/dev/null
    cat >>data/postgresql.conf <<C
    listen_addresses = ''
    unix_socket_directories = '$F'
    archive_mode = on
    archive_command = 'pgbackrest --config=$F/pgbackrest.conf --stanza=events archive-push %p'
    dynamic_shared_memory_type = mmap
    shared_buffers = 16MB
    fsync = off
    C
    "$P/pg_ctl" -D data -l server.log -w start >/dev/null
    trap '"$P/pg_ctl" -D data -m immediate stop >/dev/null 2>&1' EXIT
    psql="psql -qXAt -v ON_ERROR_STOP=1 -h $F -U postgres"
    $psql -d postgres -c 'CREATE DATABASE events'
    $psql -d events <<'S'
    CREATE TABLE orders (id int PRIMARY KEY, note text);
    INSERT INTO orders SELECT n, 'note ' || repeat(md5(n::text), 3) FROM generate_series(1, 4000) n;
    CREATE TABLE heartbeat (at timestamptz);
    INSERT INTO heartbeat VALUES (now());
    SELECT lo_from_bytea(4711, decode(repeat('00ff', 3000), 'hex'));
    S
    pg="-h $F -U postgres"
    "$P/pg_dump" $pg -Fc -f dumps/events.dump events
    "$P/pg_dump" $pg -Fc -Z0 -f dumps/loose.dump events
    "$P/pg_dump" $pg -Fc events >dumps/piped.dump
    "$P/pg_dump" $pg -Fd -f dumps/events.dir events
    "$P/pg_dump" $pg -Ft -f dumps/events.tar events
    "$P/pg_dump" $pg -Fp -f dumps/events.sql events
    "$P/pg_dumpall" $pg --globals-only -f dumps/globals.sql
    "$P/pg_basebackup" $pg -D base -c fast -X stream
    B="pgbackrest --config=$F/pgbackrest.conf --stanza=events"
    $B stanza-create
    $B info --output=json >none.json
    $B --type=full backup
    $psql -d events -c 'INSERT INTO heartbeat VALUES (now())'
    $psql -d events -c 'SELECT floor(extract(epoch FROM max(at)))::bigint FROM heartbeat'
    $psql -d events -c 'SELECT pg_switch_wal()' >/dev/null
    $B --type=incr backup
    $B info --output=json >info.json
    """#
}
