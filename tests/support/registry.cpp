#include "tests/support/registry.hpp"

#include "tests/support/port.hpp"
#include "tests/support/temp_dir.hpp"

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <httplib.h>
#include <unistd.h>

namespace flotilla::test {

namespace {

/// A registry waits for its disk at every blob, unless there is none: where files live in memory.
std::filesystem::path memory() {
  constexpr const char* shared = "/dev/shm";
  return ::access(shared, W_OK) == 0 ? shared : std::filesystem::temp_directory_path();
}

constexpr const char* marker = "/v2/?marker=";

/// Asks for `path` and does not care for the answer.
void ask(bool tls, const std::string& address, const std::string& path) {
  httplib::Client client((tls ? "https://" : "http://") + address);
  client.enable_server_certificate_verification(false);
  client.Get(path);
}

} // namespace

struct registry::place {
  temp_dir dir{memory()};
  std::string file(const std::string& name) const {
    return dir / name;
  }
};

registry::registry(registry_options options)
  : place_(std::make_unique<place>()), options_(std::move(options)) {
  if (options_.storage.empty()) {
    options_.storage = place_->file("storage");
    std::filesystem::create_directory(options_.storage);
  }
  if (!options_.user.empty()) {
    std::ofstream(place_->file("htpasswd"))
      << run_or_throw({{"htpasswd", "-Bbn", options_.user, options_.password}, {}, "", "", false});
  }
  // Another test may take the port between our look at it and the registry's: then try the next.
  for (int attempt = 0; attempt < 5 && !process_; ++attempt) {
    port_ = free_port();
    try {
      start();
    } catch (const std::runtime_error& error) {
      if (std::string_view(error.what()).find("address already in use") == std::string_view::npos)
        throw;
    }
  }
  if (!process_)
    throw std::runtime_error("docker-registry found no free port");
}

registry::~registry() = default;

std::string registry::address() const {
  return "127.0.0.1:" + std::to_string(port_);
}

std::string registry::blob_file(const std::string& digest) const {
  const auto hex = digest.substr(digest.find(':') + 1);
  return options_.storage + "/docker/registry/v2/blobs/sha256/" + hex.substr(0, 2) + "/" + hex
         + "/data";
}

std::string registry::configuration() const {
  std::ostringstream yaml;
  yaml << "version: 0.1\n"
       << "log: {level: info}\n"
       << "storage:\n"
       << "  filesystem: {rootdirectory: \"" << options_.storage << "\"}\n"
       << "  delete: {enabled: true}\n"
       << "  maintenance:\n"
       << "    uploadpurging: {enabled: false}\n"
       << "    readonly: {enabled: " << (options_.read_only ? "true" : "false") << "}\n"
       << "http:\n"
       << "  addr: \"" << address() << "\"\n"
       << "  secret: one-for-all-restarts\n";
  if (!options_.certificate.empty()) {
    yaml << "  tls: {certificate: \"" << options_.certificate << "\", key: \"" << options_.key
         << "\"}\n";
  }
  if (const auto& tokens = options_.tokens; !tokens.realm.empty()) {
    yaml << "auth: {token: {realm: \"" << tokens.realm << "\", service: \"" << tokens.service
         << "\", issuer: \"" << tokens.issuer << "\", rootcertbundle: \"" << tokens.certificates
         << "\"}}\n";
  } else if (!options_.user.empty()) {
    yaml << "auth: {htpasswd: {realm: test, path: \"" << place_->file("htpasswd") << "\"}}\n";
  }
  yaml << options_.more;
  return yaml.str();
}

void registry::start() {
  if (process_)
    return;
  const auto config = place_->file("config.yml");
  std::ofstream(config) << configuration();
  command order{{"docker-registry", "serve", config}, {}, "", "", false};
  auto started = std::make_unique<process>(std::move(order));
  if (!started->wait_for("listening on")) {
    throw std::runtime_error("docker-registry did not start:\n"
                             + started->wait(std::chrono::milliseconds(0)).err);
  }
  process_ = std::move(started);
}

void registry::end(int signal) {
  if (!process_)
    return;
  process_->signal(signal);
  earlier_log_ += process_->wait(std::chrono::seconds(10)).out;
  process_.reset();
}

void registry::stop() {
  end(SIGTERM);
}

void registry::kill() {
  end(SIGKILL);
}

void registry::restart() {
  stop();
  start();
}

void registry::signal(int number) {
  if (process_)
    process_->signal(number);
}

void registry::set_read_only(bool on) {
  options_.read_only = on;
  restart();
}

std::string registry::access_log() const {
  std::string log = earlier_log_;
  if (process_) {
    // A line is written after its answer has left: ask for something and wait until that is logged.
    static std::atomic<int> count{0};
    const auto last = marker + std::to_string(++count);
    ask(!options_.certificate.empty(), address(), last);
    process_->wait_for(last + " ", std::chrono::seconds(5));
    log += process_->out();
  }
  std::istringstream lines(log);
  std::string without_markers;
  for (std::string line; std::getline(lines, line);)
    if (line.find(marker) == std::string::npos)
      without_markers += line + "\n";
  return without_markers;
}

std::map<std::string, int> registry::requests() const {
  std::map<std::string, int> counts;
  std::istringstream lines(access_log());
  for (std::string line; std::getline(lines, line);) { // … - - [date] "GET /v2/ HTTP/1.1" 200 …
    const auto quote = line.find('"');
    const auto space = line.find(' ', quote);
    if (quote != std::string::npos && space != std::string::npos)
      ++counts[line.substr(quote + 1, space - quote - 1)];
  }
  return counts;
}

std::string registry::said() const {
  return process_ ? process_->err() : std::string();
}

} // namespace flotilla::test
