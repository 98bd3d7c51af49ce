#pragma once
#include <sqlite3.h>

/* SQLITE_TRANSIENT is a cast, which Swift does not import: the library copies what it is given. */
static inline int prodworthy_sqlite3_bind_text(sqlite3_stmt *statement, int index, const char *text, int count) {
  return sqlite3_bind_text(statement, index, text, count, SQLITE_TRANSIENT);
}
static inline int prodworthy_sqlite3_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, int count) {
  return count == 0 ? sqlite3_bind_zeroblob(statement, index, 0)
                    : sqlite3_bind_blob(statement, index, bytes, count, SQLITE_TRANSIENT);
}

/* Not in Swift's own module of the C library: NFS, SMB and their like, by the numbers of Linux's magic.h. */
#include <sys/vfs.h>
static inline int prodworthy_is_on_network(const char *path) {
  struct statfs status;
  if (statfs(path, &status) != 0) return 0;
  switch ((unsigned long)status.f_type & 0xFFFFFFFFUL) {
    case 0x6969UL: case 0x517BUL: case 0xFF534D42UL: case 0xFE534D42UL: case 0x01021997UL: return 1;
    default: return 0;
  }
}
