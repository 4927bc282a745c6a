#include "tests/support/tls_front.hpp"

#include "tests/support/port.hpp"
#include "tests/support/temp_dir.hpp"

#include <csignal>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <unistd.h>

namespace flotilla::test {

namespace {

std::string configuration(const std::string& home, std::uint16_t port, std::uint16_t upstream,
                          const certificates::pair& server, const tls_front_options& options) {
  std::ostringstream text;
  text << "daemon off;\n"
       << "master_process off;\n"
       << "pid " << home << "/nginx.pid;\n"
       << "error_log stderr;\n"
       << "events {}\n"
       << "http {\n"
       << "  access_log off;\n";
  for (const auto* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
    text << "  " << kind << "_temp_path " << home << "/" << kind << ";\n";
  text << "  server {\n"
       << "    listen 127.0.0.1:" << port << " ssl;\n"
       << "    ssl_certificate " << server.certificate << ";\n"
       << "    ssl_certificate_key " << server.key << ";\n"
       << "    client_max_body_size 0;\n";
  if (!options.client_ca.empty()) {
    text << "    ssl_client_certificate " << options.client_ca << ";\n"
         << "    ssl_verify_client on;\n";
  }
  text << options.more << "\n"
       << "    location / {\n"
       << "      proxy_pass http://127.0.0.1:" << upstream << ";\n"
       << "      proxy_http_version 1.1;\n"
       << "      proxy_request_buffering off;\n"
       << "      proxy_buffering off;\n"
       << "      proxy_set_header Host $http_host;\n"
       << "      proxy_set_header X-Forwarded-Proto $scheme;\n"
       << "    }\n"
       << "  }\n"
       << "}\n";
  return text.str();
}

} // namespace

struct tls_front::place {
  temp_dir dir;
  std::string home = dir.path().string();
};

tls_front::tls_front(std::uint16_t upstream, const certificates::pair& server,
                     tls_front_options options)
  : place_(std::make_unique<place>()), port_(free_port()) {
  const auto config = place_->home + "/nginx.conf";
  std::ofstream(config) << configuration(place_->home, port_, upstream, server, options);
  // Debian keeps nginx in /usr/sbin, which is not in everybody's PATH.
  const auto* program = ::access("/usr/sbin/nginx", X_OK) == 0 ? "/usr/sbin/nginx" : "nginx";
  command order{{program, "-p", place_->home, "-c", config, "-e", "stderr"}, {}, "", "", false};
  process_ = std::make_unique<process>(std::move(order));
  if (!wait_for_port(port_) || process_->ended()) {
    throw std::runtime_error("nginx did not start:\n"
                             + process_->wait(std::chrono::milliseconds(0)).err);
  }
}

tls_front::~tls_front() = default;

std::string tls_front::address() const {
  return "127.0.0.1:" + std::to_string(port_);
}

void tls_front::stop() {
  process_->signal(SIGTERM);
  process_->wait(std::chrono::seconds(10));
}

} // namespace flotilla::test
