"""The entrance: how people come in and go out, by password and second factor or by an OpenID provider."""
