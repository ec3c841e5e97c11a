#pragma once

#include "os/net/http.hpp"

#include <cstddef>
#include <string>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

/// HTTP/1.1 messages (RFC 9112) to and from our types, for this folder's server and client.
namespace flyball::os::net {

namespace http = boost::beast::http;

/// Gives the parser what the inbox holds and takes from the inbox what it used. `need_more` is no error.
template <class Parser>
boost::system::error_code parse_inbox(Parser& parser, std::string& inbox) {
  boost::system::error_code error;
  while (!inbox.empty() && !parser.is_done()) {
    const std::size_t used = parser.put(boost::asio::buffer(inbox), error);
    inbox.erase(0, used);
    if (error || used == 0) break;
  }
  if (inbox.empty()) inbox = std::string();  // An idle connection keeps no buffer.
  if (error == http::error::need_more) error = {};
  return error;
}

template <class Fields>
Headers headers_of(const Fields& fields) {
  Headers out;
  for (const auto& field : fields) out.emplace(std::string(field.name_string()), std::string(field.value()));
  return out;
}

}  // namespace flyball::os::net
