#include "app/fleet_certificates.hpp"

#include "app/certificate_draft.hpp"
#include "app/staged_file.hpp"
#include "protocol/text.hpp"

#include <openssl/pem.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <initializer_list>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace flotilla::app {

namespace fs = std::filesystem;
using protocol::errc;
using protocol::failure;
using protocol::printable;

namespace {

constexpr std::time_t a_day = 86'400;
constexpr std::time_t clock_skew = 300;

failure first_of(std::initializer_list<failure> all) {
  for (const auto& one : all)
    if (one.code != errc::none)
      return one;
  return {};
}

failure with_hint(failure why, const std::string& hint) {
  if (why.code != errc::none && why.hint.empty())
    why.hint = hint;
  return why;
}

failure openssl_failed() {
  return {errc::internal, "OpenSSL cannot make a certificate: " + openssl_reason(), {}};
}

// ---- what is asked for -------------------------------------------------------------------------

failure check_dir(const std::string& dir) {
  if (!dir.empty())
    return {};
  return {errc::usage, "--dir is empty", "name the directory of the fleet's authority"};
}

failure check_days(int days) {
  if (days >= 1 && days <= most_days)
    return {};
  return {errc::usage, "--days " + std::to_string(days) + " is out of range",
          "give 1 to " + std::to_string(most_days)};
}

fleet_files files_of(const std::string& dir, const std::string& out, const std::string& name) {
  const fs::path folder{out.empty() ? dir : out};
  return {(fs::path{dir} / "ca.crt").string(), (folder / (name + ".crt")).string(),
          (folder / (name + ".key")).string()};
}

fs::file_type type_of(const std::string& path) {
  std::error_code ignored;
  return fs::symlink_status(path, ignored).type(); // `none` if we may not look: writing will tell
}

bool is_there(const std::string& path) {
  const auto type = type_of(path);
  return type != fs::file_type::not_found && type != fs::file_type::none;
}

failure check_places(const fleet_files& at, bool replace, const std::string& hint) {
  for (const auto& path : {at.certificate, at.key}) {
    if (!is_there(path))
      continue;
    if (!replace)
      return {errc::usage, printable(path) + " is there already", hint};
    if (type_of(path) != fs::file_type::regular && type_of(path) != fs::file_type::symlink)
      return {errc::usage, printable(path) + " is no file that --force may replace",
              "move it away, or give another name"};
  }
  return {};
}

// ---- the authority -----------------------------------------------------------------------------

struct authority {
  certificate_ptr certificate;
  key_ptr key;
};

failure check_authority(const authority& found, const fleet_files& at, const std::string& key,
                        std::time_t now) {
  auto& certificate = *found.certificate;
  const auto shown = printable(at.authority);
  const auto* anew = "`flotilla certs init --dir DIR` makes another one, in another directory";
  if (!is_authority(certificate))
    return {errc::usage, shown + " is no authority's certificate", anew};
  if (!belong_together(certificate, *found.key))
    return {errc::usage, printable(key) + " is not the key of " + shown,
            "put back the pair that one `flotilla certs init` made"};
  if (now >= end_of(certificate))
    return {errc::usage, "the authority " + shown + " ended on " + utc(end_of(certificate)), anew};
  if (now < begin_of(certificate))
    return {errc::usage, "the authority " + shown + " begins only on " + utc(begin_of(certificate)),
            "look at this machine's clock"};
  return {};
}

protocol::result<authority> open_authority(const std::string& dir, const fleet_files& at,
                                           std::time_t now) {
  const auto key_file = (fs::path{dir} / "ca.key").string();
  const auto hint = is_there(at.authority)
                      ? "put back the pair that one `flotilla certs init` made"
                      : "`flotilla certs init --dir " + printable(dir) + "` makes an authority";
  auto certificates = read_certificates(at.authority);
  if (!certificates)
    return with_hint(certificates.error(), hint);
  auto key = read_private_key(key_file);
  if (!key)
    return with_hint(key.error(), hint);
  authority found{std::move(certificates->front()), *std::move(key)};
  if (auto bad = check_authority(found, at, key_file, now); bad.code != errc::none)
    return bad;
  return found;
}

// ---- the files that are made -------------------------------------------------------------------

/// PEM text of several objects; wiped when it goes.
class pem_text {
public:
  void add(X509& certificate) {
    good_ = good_ && PEM_write_bio_X509(text_.get(), &certificate) == 1;
  }
  void add(EVP_PKEY& key) {
    good_
      = good_
        && PEM_write_bio_PKCS8PrivateKey(text_.get(), &key, nullptr, nullptr, 0, nullptr, nullptr)
             == 1;
  }
  explicit operator bool() const noexcept {
    return good_;
  }
  std::string_view view() const {
    char* text = nullptr;
    const auto size = BIO_get_mem_data(text_.get(), &text);
    return {text, static_cast<std::size_t>(size)};
  }

private:
  openssl_ptr<BIO> text_{BIO_new(BIO_s_secmem())};
  bool good_ = text_ != nullptr;
};

failure make_folder(const std::string& dir) {
  auto folder = fs::path{dir}.lexically_normal();
  if (!folder.has_filename())
    folder = folder.parent_path(); // `a/` is `a`
  std::error_code refused;
  if (folder.has_parent_path())
    fs::create_directories(folder.parent_path(), refused);
  if (!refused && ::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST)
    refused.assign(errno, std::generic_category());
  if (!refused)
    return {};
  return {
    errc::usage, "cannot make the directory " + printable(dir) + ": " + refused.message(), {}};
}

/// The key goes first: of two processes that make the same pair only one gets beyond it.
failure publish(staged_file& key, staged_file& certificate, const fleet_files& at, bool replace) {
  if (auto refused = key.publish(replace); refused.code != errc::none)
    return refused;
  auto refused = certificate.publish(replace);
  if (refused.code != errc::none && !replace)
    ::unlink(at.key.c_str()); // which is ours, and of no use alone
  return refused;
}

failure write_pair(const fleet_files& at, const pem_text& certificate, const pem_text& key,
                   bool replace) {
  auto key_file = staged_file::write(at.key, S_IRUSR | S_IWUSR, key.view());
  if (!key_file)
    return key_file.error();
  auto certificate_file
    = staged_file::write(at.certificate, S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH, certificate.view());
  if (!certificate_file)
    return certificate_file.error();
  return publish(*key_file, *certificate_file, at, replace);
}

/// Signs, and writes the pair. @param by null: an authority, by itself
failure make_pair(const fleet_files& at, std::string name, std::vector<fleet_name> names,
                  std::time_t now, const authority* by, bool replace) {
  const auto key = new_key();
  if (!key)
    return openssl_failed();
  const auto certificate
    = sign({std::move(name), std::move(names), now - clock_skew, at.until, *key,
            by == nullptr ? nullptr : by->certificate.get(), by == nullptr ? *key : *by->key});
  pem_text shown;
  pem_text secret;
  if (certificate) {
    shown.add(*certificate);
    secret.add(*key);
  }
  if (by != nullptr)
    shown.add(*by->certificate);
  if (!certificate || !shown || !secret)
    return openssl_failed();
  auto refused = make_folder(fs::path{at.key}.parent_path().string());
  if (refused.code == errc::none)
    refused = write_pair(at, shown, secret, replace);
  return with_hint(refused, "name a directory that we may write to");
}

} // namespace

protocol::result<fleet_files> make_authority(const authority_order& order, std::time_t now) {
  auto made = files_of(order.dir, {}, "ca");
  made.until = now + order.days * a_day;
  const auto hint = "`flotilla certs issue --dir " + printable(order.dir)
                    + " NAME` uses it; for another authority name another directory";
  if (auto bad
      = first_of({check_dir(order.dir), check_days(order.days), check_places(made, false, hint)});
      bad.code != errc::none)
    return bad;
  if (auto refused = make_pair(made, "Flotilla fleet CA", {}, now, nullptr, false);
      refused.code != errc::none)
    return refused;
  return made;
}

protocol::result<fleet_files> issue_certificate(const certificate_order& order, std::time_t now) {
  if (auto bad
      = first_of({check_dir(order.dir), check_member_name(order.name), check_days(order.days)});
      bad.code != errc::none)
    return bad;
  auto names = subject_names(order.name, order.hosts);
  if (!names)
    return names.error();
  auto made = files_of(order.dir, order.out, order.name);
  const auto by = open_authority(order.dir, made, now);
  if (!by)
    return by.error();
  if (auto bad = check_places(made, order.force, "--force replaces the pair");
      bad.code != errc::none)
    return bad;
  const auto wanted = now + order.days * a_day;
  made.until = std::min(wanted, end_of(*by->certificate));
  made.shortened = made.until < wanted;
  if (auto refused = make_pair(made, order.name, *std::move(names), now, &*by, order.force);
      refused.code != errc::none)
    return refused;
  return made;
}

} // namespace flotilla::app
