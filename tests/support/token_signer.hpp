#pragma once

#include "tests/support/certificates.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace flotilla::test {

/// Signs JSON web tokens by ES256 (RFC 7518 section 3.4) with a key of its own, which they name in
/// the way of distribution 2.x: `kid` is the key's libtrust id. Any thread may call.
class token_signer {
public:
  token_signer();

  /// The PEM file of the certificate whose key verifies the tokens: a `rootcertbundle`.
  const std::string& certificate() const noexcept {
    return mine_.certificate;
  }
  std::string sign(const nlohmann::json& claims) const;

private:
  struct release {
    void operator()(EVP_PKEY* x) const {
      EVP_PKEY_free(x);
    }
  };

  certificates authority_;
  certificates::pair mine_;
  std::unique_ptr<EVP_PKEY, release> key_;
  std::string header_; ///< of every token, encoded
};

} // namespace flotilla::test
