#include "app/version.hpp"
#include "app/commands.hpp"
#include "app/completion.hpp"
#include "app/exit_code.hpp"
#include "app/manual.hpp"
#include "app/output.hpp"
#include "app/report.hpp"
#include "transport/curl_engine.hpp"

#include <caf/config.hpp>
#include <nlohmann/json.hpp>

namespace flotilla::app {

namespace {

std::string caf_version() {
  return std::to_string(CAF_VERSION / 10000) + '.' + std::to_string(CAF_VERSION / 100 % 100) + '.'
         + std::to_string(CAF_VERSION % 100);
}

} // namespace

int run_version(const options& chosen) {
  auto text = "flotilla " + std::string{program_version} + " (C++ Actor Framework " + caf_version()
              + ", " + transport::curl_engine::library() + ")\n";
  if (chosen.json)
    text = render({{"version", program_version},
                   {"caf", caf_version()},
                   {"curl", transport::curl_engine::library()}})
           + '\n';
  return write_out(text);
}

int run_completion(const options& chosen) {
  return write_out(completion_script(chosen.shell));
}

int run_manual(const options& chosen) {
  const auto page = manual_page(chosen.manual_of);
  if (page)
    return write_out(*page);
  say_failure(page.error());
  return exit_code_of(page.error().code);
}

} // namespace flotilla::app
