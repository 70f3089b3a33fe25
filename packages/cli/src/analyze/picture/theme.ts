/** Both themes in one file: whoever shows the picture says which one the reader has. */
export const style = `
svg { color-scheme: light dark; font-family: ui-sans-serif, system-ui, "Segoe UI", Helvetica, Arial, sans-serif; }
.paper { fill: #ffffff; stroke: #d1d9e0; }
.package { fill: #f6f8fa; stroke: #d1d9e0; }
.box { fill: #ffffff; stroke: #afb8c1; }
.hub { fill: #ddf4ff; stroke: #0969da; }
.title { fill: #1f2328; font-weight: 600; font-size: 20px; }
.name { fill: #1f2328; font-weight: 600; }
.size { fill: #59636e; }
.arrow { fill: none; stroke: #6e7781; }
.implied { fill: none; stroke: #6e7781; stroke-opacity: 0.28; }
.cycle { fill: none; stroke: #cf222e; }
.head { fill: #6e7781; } .impliedHead { fill: #6e7781; fill-opacity: 0.4; } .cycleHead { fill: #cf222e; }
@media (prefers-color-scheme: dark) {
.paper { fill: #0d1117; stroke: #30363d; }
.package { fill: #151b23; stroke: #3d444d; }
.box { fill: #212830; stroke: #565e67; }
.hub { fill: #12283f; stroke: #4493f8; }
.title, .name { fill: #f0f6fc; }
.size { fill: #9198a1; }
.arrow, .implied { stroke: #9198a1; }
.cycle { stroke: #ff7b72; }
.head, .impliedHead { fill: #9198a1; } .cycleHead { fill: #ff7b72; }
}`;
