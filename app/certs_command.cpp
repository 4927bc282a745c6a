#include "app/certs_command.hpp"

#include "app/certificate.hpp"
#include "app/exit_code.hpp"
#include "app/fleet_certificates.hpp"
#include "app/output.hpp"
#include "app/report.hpp"
#include "protocol/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <ctime>

namespace flotilla::app {

using protocol::errc;
using protocol::failure;
using protocol::printable;

namespace {

bool is_init(const options& chosen) {
  return chosen.certs.action == "init";
}

/// One command has both actions' flags, so that each is defined once.
failure check_words(const options& chosen) {
  const auto& certs = chosen.certs;
  const auto* hint = "`flotilla certs --help` shows what is possible";
  if (!is_init(chosen))
    return certs.name.empty() ? failure{errc::usage, "`certs issue` needs a NAME", hint}
                              : failure{};
  const struct {
    const char* word;
    bool given;
  } words[] = {{"NAME", !certs.name.empty()},
               {"--host", !certs.hosts.empty()},
               {"--out", !certs.out.empty()},
               {"--force", certs.force}};
  for (const auto& one : words)
    if (one.given)
      return {errc::usage, std::string{one.word} + " is for `certs issue`", hint};
  return {};
}

protocol::result<fleet_files> make(const options& chosen) {
  if (auto bad = check_words(chosen); bad.code != errc::none)
    return bad;
  const auto& certs = chosen.certs;
  const auto now = std::time(nullptr);
  if (is_init(chosen))
    return make_authority({certs.dir, certs.days.value_or(authority_days)}, now);
  return issue_certificate({certs.dir, certs.name, certs.hosts,
                            certs.days.value_or(certificate_days), certs.out, certs.force},
                           now);
}

/// As a shell reads it back.
std::string word(const std::string& path) {
  const auto is_plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0
           || std::string_view{"/._-+,:@%="}.find(c) != std::string_view::npos;
  };
  if (std::all_of(path.begin(), path.end(), is_plain))
    return path;
  std::string quoted = "'";
  for (char c : printable(path, 4096))
    quoted += c == '\'' ? std::string{"'\\''"} : std::string{c};
  return quoted + '\'';
}

std::string text_of(const options& chosen, const fleet_files& made) {
  auto text = "wrote " + printable(made.certificate) + ", valid until " + utc(made.until)
              + (made.shortened ? ", when its authority ends" : "") + "\nwrote "
              + printable(made.key) + '\n';
  if (is_init(chosen))
    return text + "keep the key here: whoever has it can let anyone into the fleet\n"
           + "  flotilla certs issue --dir " + word(chosen.certs.dir) + " NAME\n";
  return text + "  --fleet-ca " + word(made.authority) + " --fleet-cert " + word(made.certificate)
         + " --fleet-key " + word(made.key) + '\n';
}

nlohmann::json json_of(const options& chosen, const fleet_files& made) {
  nlohmann::json report{
    {"certificate", made.certificate}, {"key", made.key}, {"valid_until", utc(made.until)}};
  if (!is_init(chosen)) {
    report["name"] = chosen.certs.name;
    report["shortened"] = made.shortened;
    report["flags"]
      = {{"fleet-ca", made.authority}, {"fleet-cert", made.certificate}, {"fleet-key", made.key}};
  }
  return report;
}

} // namespace

int run_certs(const options& chosen) {
  const auto made = make(chosen);
  if (!made)
    say_failure(made.error());
  std::string text;
  if (chosen.json)
    text = render(made ? json_of(chosen, *made) : json_failure(made.error())) + '\n';
  else if (made)
    text = text_of(chosen, *made);
  if (const auto code = write_out(text); code != exit_done)
    return code;
  return made ? exit_done : exit_code_of(made.error().code);
}

} // namespace flotilla::app
