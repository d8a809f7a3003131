# cmake -D FROM=page.html -D TO=page.c -D NAME=page_html -P embed.cmake: a file as an array of bytes.
file(READ ${FROM} bytes HEX)
string(LENGTH "${bytes}" length)
math(EXPR size "${length} / 2")
string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
file(WRITE ${TO} "extern const unsigned char ${NAME}[];\nextern const unsigned ${NAME}_size;\n"
                 "const unsigned char ${NAME}[] = {\n${bytes}\n};\nconst unsigned ${NAME}_size = ${size};\n")
