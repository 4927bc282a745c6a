#include "app/certificate_draft.hpp"

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <utility>

namespace flotilla::app {

namespace {

struct extension {
  int kind;
  const char* value; ///< in OpenSSL's form
};
using extensions = std::vector<extension>;

const extensions of_authority{{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                              {NID_key_usage, "critical,keyCertSign,cRLSign"},
                              {NID_subject_key_identifier, "hash"}};
const extensions of_member{{NID_basic_constraints, "critical,CA:FALSE"},
                           {NID_key_usage, "critical,digitalSignature"},
                           {NID_ext_key_usage, "serverAuth,clientAuth"},
                           {NID_subject_key_identifier, "hash"},
                           {NID_authority_key_identifier, "keyid:always"}};

bool set_serial(X509& to) {
  const std::unique_ptr<BIGNUM, decltype(&BN_free)> number{BN_new(), BN_free};
  return number && BN_rand(number.get(), 128, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1
         && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(&to)) != nullptr;
}

bool set_subject(X509& to, const std::string& name) {
  return X509_NAME_add_entry_by_NID(X509_get_subject_name(&to), NID_commonName, MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(name.data()),
                                    static_cast<int>(name.size()), -1, 0)
         == 1;
}

bool add_extensions(X509& to, X509& issuer, const extensions& all) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, &issuer, &to, nullptr, nullptr, 0);
  return std::all_of(all.begin(), all.end(), [&](const extension& x) {
    const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> made{
      X509V3_EXT_conf_nid(nullptr, &context, x.kind, x.value), X509_EXTENSION_free};
    return made && X509_add_ext(&to, made.get(), -1) == 1;
  });
}

bool add_name(GENERAL_NAMES& to, const fleet_name& name) {
  std::unique_ptr<GENERAL_NAME, decltype(&GENERAL_NAME_free)> made{GENERAL_NAME_new(),
                                                                   GENERAL_NAME_free};
  auto* text = ASN1_STRING_type_new(name.is_address ? V_ASN1_OCTET_STRING : V_ASN1_IA5STRING);
  if (!made || text == nullptr)
    return false;
  GENERAL_NAME_set0_value(made.get(), name.is_address ? GEN_IPADD : GEN_DNS, text);
  if (ASN1_STRING_set(text, name.bytes.data(), static_cast<int>(name.bytes.size())) != 1
      || sk_GENERAL_NAME_push(&to, made.get()) <= 0)
    return false;
  static_cast<void>(made.release()); // the list has it now
  return true;
}

bool add_names(X509& to, const std::vector<fleet_name>& names) {
  if (names.empty())
    return true;
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> all{GENERAL_NAMES_new(),
                                                                          GENERAL_NAMES_free};
  return all
         && std::all_of(names.begin(), names.end(),
                        [&](const fleet_name& name) { return add_name(*all, name); })
         && X509_add1_ext_i2d(&to, NID_subject_alt_name, all.get(), 0, X509V3_ADD_DEFAULT) == 1;
}

} // namespace

key_ptr new_key() {
  return key_ptr{EVP_EC_gen("P-256")};
}

certificate_ptr sign(const certificate_draft& what) {
  certificate_ptr made{X509_new()};
  if (!made)
    return nullptr;
  auto& issuer = what.issuer == nullptr ? *made : *what.issuer;
  const auto well
    = X509_set_version(made.get(), X509_VERSION_3) == 1 && set_serial(*made)
      && set_subject(*made, what.name)
      && X509_set_issuer_name(made.get(), X509_get_subject_name(&issuer)) == 1
      && ASN1_TIME_set(X509_getm_notBefore(made.get()), what.begin) != nullptr
      && ASN1_TIME_set(X509_getm_notAfter(made.get()), what.end) != nullptr
      && X509_set_pubkey(made.get(), &what.key) == 1
      && add_extensions(*made, issuer, what.issuer == nullptr ? of_authority : of_member)
      && add_names(*made, what.names) && X509_sign(made.get(), &what.issuer_key, EVP_sha256()) > 0;
  return well ? std::move(made) : nullptr;
}

} // namespace flotilla::app
