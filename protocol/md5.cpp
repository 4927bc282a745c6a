#include "protocol/md5.hpp"

#include "protocol/text.hpp"

#include <openssl/evp.h>

namespace flotilla::protocol {

namespace {

EVP_MD_CTX* of(void* context) {
  return static_cast<EVP_MD_CTX*>(context);
}

} // namespace

std::string md5_sum::hex() const {
  return hex_digits(bytes.data(), bytes.size());
}

md5_summer::md5_summer() : context_(EVP_MD_CTX_new()) {
  if (context_ == nullptr || EVP_DigestInit_ex(of(context_), EVP_md5(), nullptr) == 1)
    return;
  EVP_MD_CTX_free(of(context_));
  context_ = nullptr;
}

md5_summer::~md5_summer() {
  EVP_MD_CTX_free(of(context_));
}

void md5_summer::update(const void* data, std::size_t length) {
  if (context_ != nullptr && length > 0)
    EVP_DigestUpdate(of(context_), data, length);
}

result<md5_sum> md5_summer::finish() {
  md5_sum sum;
  if (context_ == nullptr || EVP_DigestFinal_ex(of(context_), sum.bytes.data(), nullptr) != 1)
    return failure{errc::usage, "OpenSSL on this machine has no MD5, which the registry asks for",
                   "FIPS rules may forbid it: push from another machine"};
  return sum;
}

result<md5_sum> md5_of(std::string_view bytes) {
  md5_summer sum;
  sum.update(bytes.data(), bytes.size());
  return sum.finish();
}

} // namespace flotilla::protocol
