/* The limit: what a bare OpenSSL client pays for one verified handshake per endpoint, one after the other, one shared
   context. Reads "name address port" lines on standard input; prints endpoints, faults found (verification or under
   ARGV[2] days left), wall and CPU seconds as JSON.
   cc -O2 -o bare-client bare-client.c -lssl -lcrypto */
#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

int main(int count, char **arguments) {
  if (count != 3) return 64;
  SSL_CTX *context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_load_verify_locations(context, arguments[1], 0);
  int days = atoi(arguments[2]), endpoints = 0, faults = 0, port;
  char name[256], address[64];
  double began = seconds();
  while (scanf("%255s %63s %d", name, address, &port) == 3) {
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons(port)};
    inet_pton(AF_INET, address, &place.sin_addr);
    int descriptor = socket(AF_INET, SOCK_STREAM, 0), bad = 1;
    if (connect(descriptor, (void *)&place, sizeof place) == 0) {
      SSL *session = SSL_new(context);
      SSL_set_fd(session, descriptor);
      SSL_set_tlsext_host_name(session, name);
      SSL_set1_host(session, name);
      if (SSL_connect(session) == 1) {
        int left = 0, rest = 0;
        ASN1_TIME_diff(&left, &rest, 0, X509_get0_notAfter(SSL_get0_peer_certificate(session)));
        bad = SSL_get_verify_result(session) != X509_V_OK || left < days;
      }
      SSL_free(session);
    }
    close(descriptor);
    endpoints++;
    faults += bad;
  }
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  printf("{\"endpoints\": %d, \"faults\": %d, \"wall\": %.4f, \"cpu\": %.4f}\n", endpoints, faults, seconds() - began,
         used.ru_utime.tv_sec + used.ru_stime.tv_sec + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1e-6);
}
