# Draws the ratios of a run as an SVG: one bar per case, and a line at 1, where both sides need the same.
#
#   awk -v heading="WORDS" -f benches/chart.awk target/bench.tsv >docs/performance.svg
#
# A line of the input: case, ours, peer, ratio, smallest and largest ratio of a round; tabs between them. The last two may be empty.
# A case that begins with a space compares the case above it with another peer.

BEGIN {
    FS = "\t"
    LABELS = 600; BARS = 400; FIGURES = 190; ROW = 22; TOP = 64; BOTTOM = 36
}

NF >= 4 && $4 + 0 > 0 {
    rows++
    label[rows] = $1; ours[rows] = $2; peer[rows] = $3; ratio[rows] = $4 + 0; least[rows] = $5; most[rows] = $6
    if (ratio[rows] > largest) largest = ratio[rows]
}

END {
    largest = largest > 1.4 ? largest * 1.1 : 1.5
    width = LABELS + BARS + FIGURES
    height = TOP + rows * ROW + BOTTOM
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" ", width, height, width, height
    print "font-family=\"sans-serif\" font-size=\"13\" fill=\"#24292f\">"
    print "<title>rediscluster compared with its peers</title>"
    printf "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n", width, height
    text(12, 24, "start", "Time, memory or instructions of rediscluster / of the peer; shorter is better", "font-size=\"16\" font-weight=\"bold\"")
    text(12, 44, "start", heading, "fill=\"#57606a\"")
    for (row = 1; row <= rows; row++) draw(row)
    axis()
    print "</svg>"
}

function draw(row,    y, colour) {
    y = TOP + (row - 1) * ROW
    colour = ratio[row] <= 1 ? "#2da44e" : "#d4762c"
    text(LABELS - 10, y + 15, "end", label[row], label[row] ~ /^ / ? "fill=\"#57606a\"" : "")
    printf "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>\n", LABELS, y + 4, at(ratio[row]) - LABELS, ROW - 8, colour
    if (least[row] != "" && most[row] != "") {
        printf "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"#24292f\"/>\n", at(least[row]), at(most[row]), y + 11, y + 11
    }
    text(LABELS + BARS + 10, y + 15, "start", sprintf("%.2f", ratio[row]), "font-weight=\"bold\"")
    text(width - 12, y + 15, "end", ours[row] " / " peer[row], "font-size=\"11\" fill=\"#57606a\"")
}

function axis(    mark, bottom) {
    bottom = TOP + rows * ROW
    for (mark = 0; mark <= largest; mark += 0.5) {
        printf "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"%s\"/>\n", at(mark), at(mark), TOP, bottom, \
            mark == 1 ? "#24292f" : "#d0d7de"
        text(at(mark), bottom + 18, "middle", sprintf("%.1f", mark), "fill=\"#57606a\"")
    }
}

# Where a ratio is drawn; one beyond the axis at its end.
function at(value) {
    return LABELS + BARS * (value > largest ? largest : value) / largest
}

function text(x, y, anchor, words, more) {
    gsub(/&/, "\\&amp;", words)
    gsub(/</, "\\&lt;", words)
    printf "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\" %s>%s</text>\n", x, y, anchor, more, words
}
