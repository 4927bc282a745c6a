#pragma once

#include "app/certificate.hpp"
#include "app/fleet_names.hpp"

#include <ctime>
#include <string>
#include <vector>

namespace flotilla::app {

/// What a certificate is to say, and who signs it.
struct certificate_draft {
  std::string name;              ///< the subject's common name
  std::vector<fleet_name> names; ///< the names it is for
  std::time_t begin = 0;         ///< Unix time
  std::time_t end = 0;           ///< Unix time
  EVP_PKEY& key;                 ///< the subject's
  X509* issuer;                  ///< null: an authority that signs itself
  EVP_PKEY& issuer_key;          ///< `key`, for an authority
};

/// A new key on the curve P-256; null when OpenSSL fails.
key_ptr new_key();

/// Makes the certificate: of an authority that signs members and no other authority, or of a member
/// that may be either side of a connection. Its serial number is 128 random bits.
/// @returns null when OpenSSL fails.
certificate_ptr sign(const certificate_draft& what);

} // namespace flotilla::app
