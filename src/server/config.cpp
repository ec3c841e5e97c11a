#include "server/config.hpp"

#include "compile/codes.hpp"
#include "compile/did_you_mean.hpp"
#include "compile/yaml/reader.hpp"
#include "compile/yaml/source.hpp"

#include <algorithm>
#include <string_view>

namespace flyball::server {
namespace {

using compile::Code;
using compile::diagnose;
using compile::yaml::Node;

class Reading {
 public:
  Reading(Config& config, std::vector<Diagnostic>& out) : config_(config), out_(out) {}

  void read(const Node& root) {
    each(root, "the configuration", {"state", "names", "agents", "people", "repository"},
         [&](std::string_view key, const Node& value) {
           if (key == "state") text_into(config_.state, key, value);
           if (key == "names") list_into(config_.names, key, value);
           if (key == "agents") read_listener(config_.agents, key, value);
           if (key == "people") read_listener(config_.people, key, value);
           if (key == "repository") read_repository(value);
         });
  }

 private:
  template <class Take>
  void each(const Node& node, std::string_view what, const std::vector<std::string_view>& known, Take&& take) {
    if (!node.is_mapping()) {
      out_.push_back(
          diagnose(Code::wrong_type, node.spot().place(), text(what, " is ", describe(node), ", not a map")));
      return;
    }
    for (const auto& [key, value] : node.entries()) {
      if (std::find(known.begin(), known.end(), key.text()) == known.end()) {
        out_.push_back(diagnose(Code::unknown_key, key.spot().place(), text("unknown key `", key.text(), "` in ", what),
                                compile::did_you_mean(key.text(), known)));
      } else {
        take(key.text(), value);
      }
    }
  }

  void wrong(std::string_view key, const Node& value, std::string_view wanted) {
    out_.push_back(
        diagnose(Code::wrong_type, value.spot().place(), text("`", key, "` is ", describe(value), ", not ", wanted)));
  }
  void text_into(std::string& into, std::string_view key, const Node& value) {
    if (!value.is_scalar() || value.text().empty()) return wrong(key, value, "text");
    into = value.text();
  }
  void list_into(std::vector<std::string>& into, std::string_view key, const Node& value) {
    if (!value.is_sequence()) return wrong(key, value, "a list");
    into.clear();
    for (const auto& item : value.items()) into.emplace_back(item.text());
  }
  void read_listener(ListenerConfig& into, std::string_view what, const Node& node) {
    each(node, what, {"address", "port"}, [&](std::string_view key, const Node& value) {
      if (key == "address") return text_into(into.address, key, value);
      const auto port = value.integer();
      if (!port || *port < 0 || *port > 65535) return wrong(key, value, "a port");
      into.port = static_cast<std::uint16_t>(*port);
    });
  }
  void read_repository(const Node& node) {
    each(node, "repository", {"branch", "remote", "poll", "hook_secrets"},
         [&](std::string_view key, const Node& value) {
           if (key == "branch") text_into(config_.branch, key, value);
           if (key == "remote") text_into(config_.remote, key, value);
           if (key == "hook_secrets") list_into(config_.hook_secrets, key, value);
           if (key != "poll") return;
           const auto poll = parse_duration(value.text());
           if (!poll || *poll < std::chrono::seconds(1)) return wrong(key, value, "a duration such as 60s");
           config_.poll = *poll;
         });
  }

  Config& config_;
  std::vector<Diagnostic>& out_;
};

}  // namespace

void read_config(std::string_view yaml, const std::string& file, Config& config, std::vector<Diagnostic>& out) {
  const auto document = compile::yaml::read(yaml, file, out);
  if (document.root() != nullptr) Reading(config, out).read(*document.root());
}

std::optional<std::string> config_line(std::string_view yaml, std::uint32_t line) {
  return compile::yaml::shown_line(yaml, line);
}

}  // namespace flyball::server
