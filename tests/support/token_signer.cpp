#include "tests/support/token_signer.hpp"

#include "tests/support/encoding.hpp"

#include <openssl/bn.h>
#include <openssl/ec.h>

#include <cstdio>

namespace flotilla::test {

namespace {

struct release {
  void operator()(std::FILE* x) const {
    std::fclose(x);
  }
  void operator()(EVP_MD_CTX* x) const {
    EVP_MD_CTX_free(x);
  }
  void operator()(ECDSA_SIG* x) const {
    ECDSA_SIG_free(x);
  }
};

unsigned char* data_of(std::string& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

EVP_PKEY* read_key(const std::string& path) {
  const std::unique_ptr<std::FILE, release> file(std::fopen(path.c_str(), "r"));
  auto* key = file ? PEM_read_PrivateKey(file.get(), nullptr, nullptr, nullptr) : nullptr;
  if (key == nullptr)
    throw std::runtime_error("no key in " + path);
  return key;
}

/// RFC 4648 section 6; `bytes` fill whole groups of five.
std::string base32(const std::string& bytes) {
  std::string text;
  unsigned window = 0;
  unsigned bits = 0;
  for (const char c : bytes) {
    window = (window << 8U | static_cast<unsigned char>(c)) & 0xFFFFU;
    for (bits += 8; bits >= 5; bits -= 5)
      text += "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[window >> (bits - 5) & 31U];
  }
  return text;
}

/// libtrust: the first 240 bits of the SHA-256 of the public key in DER, in groups of four letters.
std::string libtrust_id(EVP_PKEY* key) {
  std::string der(static_cast<std::size_t>(i2d_PUBKEY(key, nullptr)), '\0');
  auto* end = data_of(der);
  i2d_PUBKEY(key, &end);
  const auto letters = base32(sha256(der).substr(0, 30));
  std::string id;
  for (std::size_t i = 0; i < letters.size(); i += 4)
    id += (i == 0 ? "" : ":") + letters.substr(i, 4);
  return id;
}

/// In DER, as OpenSSL makes it.
std::string signature(EVP_PKEY* key, const std::string& text) {
  const std::unique_ptr<EVP_MD_CTX, release> context(EVP_MD_CTX_new());
  const auto* data = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t size = 0;
  EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key);
  EVP_DigestSign(context.get(), nullptr, &size, data, text.size());
  std::string der(size, '\0');
  if (EVP_DigestSign(context.get(), data_of(der), &size, data, text.size()) != 1)
    throw std::runtime_error("OpenSSL does not sign");
  der.resize(size);
  return der;
}

/// The two numbers of it, 32 bytes each, as a web token wants them.
std::string two_numbers(const std::string& der) {
  const auto* begin = reinterpret_cast<const unsigned char*>(der.data());
  const std::unique_ptr<ECDSA_SIG, release> read(
    d2i_ECDSA_SIG(nullptr, &begin, static_cast<long>(der.size())));
  std::string bytes(64, '\0');
  BN_bn2binpad(ECDSA_SIG_get0_r(read.get()), data_of(bytes), 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(read.get()), data_of(bytes) + 32, 32);
  return bytes;
}

} // namespace

token_signer::token_signer() : mine_(authority_.issue()), key_(read_key(mine_.key)) {
  const nlohmann::json header{{"typ", "JWT"}, {"alg", "ES256"}, {"kid", libtrust_id(key_.get())}};
  header_ = base64url(header.dump());
}

std::string token_signer::sign(const nlohmann::json& claims) const {
  const auto text = header_ + "." + base64url(claims.dump());
  return text + "." + base64url(two_numbers(signature(key_.get(), text)));
}

} // namespace flotilla::test
