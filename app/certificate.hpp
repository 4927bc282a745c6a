#pragma once

#include "protocol/result.hpp"

#include <openssl/types.h>

#include <ctime>
#include <memory>
#include <string>
#include <vector>

namespace flotilla::app {

/// Gives OpenSSL back what it made.
struct openssl_release {
  void operator()(X509* x) const noexcept;
  void operator()(EVP_PKEY* x) const noexcept;
  void operator()(BIO* x) const noexcept;
};
template <class T>
using openssl_ptr = std::unique_ptr<T, openssl_release>;
using certificate_ptr = openssl_ptr<X509>;
using key_ptr = openssl_ptr<EVP_PKEY>;

/// Reads a PEM file of one or more certificates, in their order.
/// @returns errc::usage, without a hint, when it cannot be read, is no regular file, is larger than
///          1 MiB, or holds none.
protocol::result<std::vector<certificate_ptr>> read_certificates(const std::string& path);

/// Reads a PEM file with a private key.
/// @returns errc::usage as above; with the way out, when others than the file's owner may read it,
///          or the key has a password: nobody is there to type it.
protocol::result<key_ptr> read_private_key(const std::string& path);

/// Whether this is the certificate of that key.
bool belong_together(const X509& certificate, const EVP_PKEY& key);
/// Whether it may sign others, by its own word.
bool is_authority(X509& certificate);
/// The subject's common name, fit to be shown; empty if it has none.
std::string common_name(const X509& certificate);

/// It is valid from `begin_of` on and, to OpenSSL, no more at `end_of`. Unix time; 0 when it is not
/// a time at all.
std::time_t begin_of(const X509& certificate);
std::time_t end_of(const X509& certificate);

/// `2027-01-15T08:00:00Z`
std::string utc(std::time_t moment);

/// What OpenSSL said last on this thread, which is then forgotten.
std::string openssl_reason();

} // namespace flotilla::app
