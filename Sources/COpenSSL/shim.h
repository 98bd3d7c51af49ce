#pragma once
#include <openssl/ct.h>
#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

/* Swift does not import function-like macros: each one that is used gets one wrapper of the same name with a prefix. */

static inline int prodworthy_SSL_CTX_set_min_proto_version(SSL_CTX *context, int version) {
  return (int)SSL_CTX_set_min_proto_version(context, version);
}
static inline int prodworthy_SSL_CTX_set_max_proto_version(SSL_CTX *context, int version) {
  return (int)SSL_CTX_set_max_proto_version(context, version);
}
static inline void prodworthy_SSL_CTX_set_max_cert_list(SSL_CTX *context, long bytes) {
  SSL_CTX_set_max_cert_list(context, bytes);
}
static inline void prodworthy_SSL_CTX_set_read_ahead(SSL_CTX *context, int on) {
  SSL_CTX_set_read_ahead(context, on);
}
static inline int prodworthy_SSL_set_tlsext_host_name(SSL *session, const char *name) {
  return (int)SSL_set_tlsext_host_name(session, name);
}
static inline int prodworthy_SSL_get_negotiated_group(SSL *session) {
  return (int)SSL_get_negotiated_group(session);
}
static inline int prodworthy_SSL_set_min_proto_version(SSL *session, int version) {
  return (int)SSL_set_min_proto_version(session, version);
}
static inline int prodworthy_SSL_set_max_proto_version(SSL *session, int version) {
  return (int)SSL_set_max_proto_version(session, version);
}
static inline int prodworthy_SSL_CTX_set1_groups_list(SSL_CTX *context, const char *list) {
  return (int)SSL_CTX_set1_groups_list(context, list);
}
static inline int prodworthy_SSL_set1_sigalgs_list(SSL *session, const char *list) {
  return (int)SSL_set1_sigalgs_list(session, list);
}
static inline void prodworthy_SSL_ask_for_status(SSL *session) {
  SSL_set_tlsext_status_type(session, TLSEXT_STATUSTYPE_ocsp);
}
static inline long prodworthy_SSL_get_tlsext_status_ocsp_resp(SSL *session, const unsigned char **response) {
  return SSL_get_tlsext_status_ocsp_resp(session, response);
}
static inline void prodworthy_SSL_CTX_keep_sessions_outside(SSL_CTX *context) {
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
}
static const uint64_t prodworthy_SSL_OP_LEGACY_SERVER_CONNECT = SSL_OP_LEGACY_SERVER_CONNECT;
static const uint64_t prodworthy_SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION = SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION;
static inline int prodworthy_SSL_get_secure_renegotiation_support(SSL *session) {
  return (int)SSL_get_secure_renegotiation_support(session);
}
static inline void prodworthy_OPENSSL_free(void *memory) { OPENSSL_free(memory); }
static inline void prodworthy_SSL_CTX_serve_safely(SSL_CTX *context) {
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(context, SSL_MODE_AUTO_RETRY);
}

/* GNU's own, which Swift's module of the C library leaves out: 2048 is SOCK_NONBLOCK, 524288 SOCK_CLOEXEC, set before any
   other thread can start a program that would inherit the socket. */
struct sockaddr;
extern int accept4(int descriptor, struct sockaddr *address, unsigned int *length, int flags);
static inline int prodworthy_accept(int descriptor) { return accept4(descriptor, 0, 0, 2048 | 524288); }
