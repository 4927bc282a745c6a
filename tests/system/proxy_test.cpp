#include "tests/support/port.hpp"
#include "tests/support/raw_server.hpp"
#include "tests/support/scripted_registry.hpp"
#include "tests/system/program.hpp"

#include <gtest/gtest.h>
#include <httplib.h>

#include <mutex>
#include <sstream>

namespace flotilla::test {

namespace {

/// A proxy that knows one server and takes every host for it.
class forwarder {
public:
  explicit forwarder(std::string to)
    : to_{std::move(to)}, server_{[this](raw_connection& connection) { serve(connection); }} {
  }
  std::string address() const {
    return "http://" + server_.address();
  }
  std::vector<std::string> targets() {
    const std::lock_guard guard{lock_};
    return targets_;
  }

private:
  void serve(raw_connection& connection) {
    std::istringstream head{connection.read_head()};
    httplib::Request request;
    std::string target;
    head >> request.method >> target;
    if (target.empty())
      return;
    {
      const std::lock_guard guard{lock_};
      targets_.push_back(request.method + ' ' + target);
    }
    const auto path = target.find('/', target.find("://") + 3);
    request.path = target.substr(std::min(path, target.size()));
    std::string line;
    std::getline(head, line);
    while (std::getline(head, line) && line.size() > 1) {
      const auto colon = line.find(':');
      const auto name = line.substr(0, colon);
      if (name != "Host" && name != "Proxy-Connection")
        request.headers.emplace(name, line.substr(colon + 2, line.size() - colon - 3));
    }
    request.body = connection.read(std::stoul("0" + request.get_header_value("Content-Length")));
    httplib::Client client{"http://" + to_};
    const auto reply = client.send(request);
    if (!reply)
      return;
    std::string text = "HTTP/1.1 " + std::to_string(reply->status) + " So\r\nConnection: close\r\n";
    for (const auto& [name, value] : reply->headers)
      if (name != "Connection" && name != "Keep-Alive")
        text += name + ": " + value + "\r\n";
    connection.send(text + "\r\n" + reply->body);
  }

  std::string to_;
  std::mutex lock_;
  std::vector<std::string> targets_; ///< under `lock_`
  raw_server server_;
};

class Proxy : public ::testing::Test {
protected:
  program flotilla;
  small_model model{flotilla};
  scripted_registry there;

  ended push(const std::string& address, std::vector<std::string> more = {}) const {
    more.insert(more.end(), {"--retry-budget", "1s"});
    return flotilla.push(model.source, address + "/m:v1", std::move(more));
  }
};

TEST_F(Proxy, OfTheEnvironmentIsUsed) {
  forwarder proxy{there.address()};
  flotilla.env = {{"http_proxy", proxy.address()}};
  const auto pushed = push("registry.invalid:8000", {"--plain-http"});
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_EQ(there.content().manifest("m", "v1"), model.manifest.bytes);
  const auto targets = proxy.targets();
  ASSERT_FALSE(targets.empty());
  EXPECT_EQ(targets[0], "GET http://registry.invalid:8000/v2/");
}

/// Behind the proxy is a registry in the world: it must not make us ask what only we can reach.
TEST_F(Proxy, LeadsARegistryToNothingOfOurOwnNetwork) {
  forwarder proxy{there.address()};
  flotilla.env = {{"http_proxy", proxy.address()}};
  scripted_registry inside;
  const auto location = "http://" + inside.address() + "/keep";
  const struct {
    const char* name;
    const char* method;
    const char* target;
    answer reply;
  } cases[] = {
    {"a redirect", "GET", "^/v2/$", {307, {{"Location", location}}, {}, {}}},
    {"a Location", "POST", "/blobs/uploads/", {202, {{"Location", location}}, {}, {}}},
    {"a realm",
     "GET",
     "^/v2/$",
     {401, {{"WWW-Authenticate", "Bearer realm=\"" + location + '"'}}, {}, {}}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    there.on(c.method, c.target, c.reply);
    const auto pushed = push("registry.invalid:8000", {"--plain-http"});
    EXPECT_EQ(pushed.status, 5) << pushed.said();
    EXPECT_TRUE(pushed.says("a private address")) << pushed.err;
    EXPECT_TRUE(pushed.says(inside.address())) << pushed.err;
  }
  EXPECT_TRUE(inside.log().empty());
}

TEST_F(Proxy, IsNotUsedForALoopbackRegistryThatNoProxyLists) {
  flotilla.env = {{"http_proxy", "http://127.0.0.1:" + std::to_string(free_port())},
                  {"no_proxy", "127.0.0.1"}};
  const auto pushed = push(there.address());
  EXPECT_EQ(pushed.status, 0) << pushed.said();
}

TEST_F(Proxy, ThatIsNotThereIsNamed) {
  const auto nobody = "127.0.0.1:" + std::to_string(free_port());
  flotilla.env = {{"http_proxy", "http://" + nobody}};
  const auto pushed = push("registry.invalid", {"--plain-http"});
  EXPECT_EQ(pushed.status, 6) << pushed.said();
  EXPECT_TRUE(pushed.says(nobody)) << pushed.err;
  EXPECT_TRUE(pushed.says("proxy")) << pushed.err;
}

TEST_F(Proxy, ThatWantsAPasswordIsExplained) {
  const raw_server proxy{[](raw_connection& connection) {
    connection.read_head();
    connection.send("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
  }};
  flotilla.env = {{"https_proxy", "http://" + proxy.address()}};
  const auto pushed = push("registry.invalid");
  EXPECT_EQ(pushed.status, 2) << pushed.said();
  EXPECT_TRUE(pushed.says("407")) << pushed.err;
}

TEST_F(Proxy, ThatRefusesTheTunnelIsNamed) {
  const raw_server proxy{[](raw_connection& connection) {
    connection.read_head();
    connection.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
  }};
  flotilla.env = {{"https_proxy", "http://" + proxy.address()}};
  const auto pushed = push("registry.invalid");
  EXPECT_NE(pushed.status, 0);
  EXPECT_TRUE(pushed.says("403")) << pushed.err;
  EXPECT_TRUE(pushed.says(proxy.address())) << pushed.err;
}

} // namespace

} // namespace flotilla::test
