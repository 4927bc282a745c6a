#include "app/main/tls_refusals.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <dlfcn.h>

// OpenSSL keeps what went wrong in a queue of the thread, and whoever asks why a call failed must
// have emptied it before that call (SSL_get_error(3)). CAF 0.17 does not: after one peer without a
// certificate it takes every healthy connection of the thread for broken. Our symbols win over the
// library's, empty the queue, and pass the call on. Nor does CAF say whom it turned away, and why.

namespace {

template <class Function>
Function* library_s_own(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

} // namespace

extern "C" {

int SSL_read(SSL* ssl, void* to, int size) {
  static auto* const real = library_s_own<int(SSL*, void*, int)>("SSL_read");
  ERR_clear_error();
  return real(ssl, to, size);
}

int SSL_write(SSL* ssl, const void* from, int size) {
  static auto* const real = library_s_own<int(SSL*, const void*, int)>("SSL_write");
  ERR_clear_error();
  return real(ssl, from, size);
}

int SSL_accept(SSL* ssl) {
  static auto* const real = library_s_own<int(SSL*)>("SSL_accept");
  ERR_clear_error();
  const int result = real(ssl);
  if (result <= 0 && SSL_get_error(ssl, result) == SSL_ERROR_SSL)
    flotilla::app::log_refusal(*ssl);
  return result;
}

int SSL_connect(SSL* ssl) {
  static auto* const real = library_s_own<int(SSL*)>("SSL_connect");
  ERR_clear_error();
  return real(ssl);
}
}
