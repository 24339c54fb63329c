import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Put } from "@nestjs/common";
import { Allow } from "./auth/allow.js";
import { type Product, type ProductInput, productInput, Products } from "./products.js";
import { Parsed } from "./parsed.js";

const mayRead = { scope: "read" };
const mayWrite = { scope: "write", roles: ["admin", "editor"] };

@Controller("products")
export class ProductsController {
  constructor(private readonly products: Products) {}

  @Get()
  @Allow(mayRead)
  list(): Product[] {
    return this.products.list();
  }

  @Post()
  @Allow(mayWrite)
  add(@Body(new Parsed(productInput)) input: ProductInput): Product {
    return this.products.add(input);
  }

  @Put(":id")
  @Allow(mayWrite)
  replace(@Param("id") id: string, @Body(new Parsed(productInput)) input: ProductInput): Product {
    return this.products.change(id, input);
  }

  @Patch(":id")
  @Allow(mayWrite)
  change(
    @Param("id") id: string,
    @Body(new Parsed(productInput.partial())) input: Partial<ProductInput>,
  ): Product {
    return this.products.change(id, input);
  }

  @Delete(":id")
  @HttpCode(204)
  @Allow(mayWrite)
  remove(@Param("id") id: string): void {
    this.products.remove(id);
  }
}
